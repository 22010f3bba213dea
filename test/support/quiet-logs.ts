// Imported before anything that makes a Powertools logger, which reads this once: a test run prints results, not JSON lines.
process.env['POWERTOOLS_LOG_LEVEL'] = 'SILENT';
