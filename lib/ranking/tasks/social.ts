import { linkTask } from './links';

/** Social links between users, PMTRec's first task on Epinion [paper]; its form: {@link linkTask}. */
export const social = linkTask({
  name: 'social',
  about: 'Who is linked to whom: a friend above a stranger.',
  between: 'users',
  links: (dataset) => dataset.social,
});
