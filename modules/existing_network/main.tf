# Rendered by stackwright from its module library; edits are lost. sha256:ab043c02f323b646

# A network that somebody else looks after: what is in it is only told to others.
