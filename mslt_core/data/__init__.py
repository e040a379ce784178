"""What is read from outside: tasks, parallel sentences, typology, the example world."""
