export * from './evaluate';
export { type ScoringVectors, topItems } from './top-items';
