export * from './auc-by-bytes';
export * from './auc-by-round';
export * from './auc-by-scenario';
export * from './loss-by-round';
