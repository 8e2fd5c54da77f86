"""The durable tables between the steps. All SQL of the program is here, one statement to a function."""
