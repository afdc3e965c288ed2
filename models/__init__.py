"""Artifacts of trained models: data only."""
