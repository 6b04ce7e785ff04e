"""The rules of applications and dealers. Pure."""
