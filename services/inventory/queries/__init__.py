"""What inventory can be asked to show: SQL to schemas, in the scope of the reading transaction."""
