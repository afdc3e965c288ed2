"""Segmentation, features and the trained classifier."""
