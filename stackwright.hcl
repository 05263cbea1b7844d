# This repository is its own first user: it keeps the whole module library.
vendor = "all"

# Pull requests are reviewed by the program as they would leave it.
ci "github" {
  install         = "./"
  timeout_minutes = 40
}
