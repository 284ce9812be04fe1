SELECT VERSION(), DATABASE(), @@default_storage_engine, @@sql_mode, @@lower_case_table_names,
       @@explicit_defaults_for_timestamp
