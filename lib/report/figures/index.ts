export * from './ablation-bars';
export * from './auc-by-bytes';
export * from './auc-by-round';
export * from './auc-by-scenario';
export * from './gain-by-dial';
export * from './loss-by-round';
