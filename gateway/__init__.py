"""The one door: who people are, what they may ask for, and the way to the service that answers."""
