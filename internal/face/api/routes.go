package api

// Routes are all routes of the API.
var Routes = []Route{usageReports, logs}
