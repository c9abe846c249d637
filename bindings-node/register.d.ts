// Starts the agent by the environment alone; there is nothing to import from it.

export {}
