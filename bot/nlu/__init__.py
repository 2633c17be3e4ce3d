"""Rasa graph components and the training data importer of this project."""
