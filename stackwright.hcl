# This repository is its own first user: it keeps the whole module library.
vendor = "all"
