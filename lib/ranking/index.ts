export * from './data';
export { type EncoderName, encoders } from './encoders';
export * from './metrics';
export { type AuxiliaryTask, auxiliaryTasks, MAIN_TASK, tasksOfData } from './tasks';
export * from './training';
export * from './types';
