"""The steps as plain functions, the settings and the command line. Runs without Airflow."""
