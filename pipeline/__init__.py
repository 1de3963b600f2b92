"""The steps as plain functions, the settings and the command line. Runs without Airflow."""

__version__ = "0.1.0"
