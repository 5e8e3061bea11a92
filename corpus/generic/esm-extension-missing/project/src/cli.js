import { parse } from './args';

parse(process.argv);
