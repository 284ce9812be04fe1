-- From 10.10 on a collation of Unicode serves several character sets, and has a full name with each.
SELECT FULL_COLLATION_NAME, CHARACTER_SET_NAME FROM information_schema.COLLATION_CHARACTER_SET_APPLICABILITY
