// The functions run in this process and log to its console: their errors are worth seeing in a demo, the rest is not.
// A module of its own, because the loggers read this when they are loaded.
process.env['POWERTOOLS_LOG_LEVEL'] ??= 'ERROR';
