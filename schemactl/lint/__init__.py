"""What reviewers should know of a plan, rule by rule: each with a code, a reason and a way out."""
