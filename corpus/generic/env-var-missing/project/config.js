if (!process.env.API_URL) throw new Error('Missing required environment variable: API_URL');
