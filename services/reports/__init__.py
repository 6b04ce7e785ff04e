"""What happened to every order, told from the events of all services; rebuilt from the log."""
