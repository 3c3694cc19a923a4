import type { CategoricalRule, DataSchema, NumericalRule } from '../schema';

const categorical = (name: string, more: Partial<CategoricalRule> = {}): CategoricalRule => ({
  kind: 'categorical',
  name,
  ...more,
});
const logarithmic = (name: string, more: Partial<NumericalRule> = {}): NumericalRule => ({
  kind: 'numerical',
  name,
  transform: 'log1p',
  ...more,
});

/** KuaiRand-Pure, the standard log of the last two weeks: short videos shown in the tabs of one app. */
export const kuairandPure: DataSchema = {
  name: 'kuairand-pure',
  description: 'KuaiRand-Pure: short videos in five tabs of one app, 25 April to 8 May 2022; CC BY-SA 4.0',
  obtain: 'run `node data/kuairand-pure/prepare.mjs` (47 MB from zenodo.org), or see data/kuairand-pure/README.md.',
  sources: [
    {
      name: 'log',
      files: ['log_standard_20220425_20220508.csv*', 'log_standard_4_22_to_5_08_pure.csv*'],
    },
    { name: 'users', files: 'user_features_pure.csv*' },
    { name: 'videos', files: 'video_features_basic_pure.csv*' },
  ],
  query: `
    SELECT log.*, users.* EXCLUDE (user_id, source_row, source_file), videos.* EXCLUDE (video_id, source_row, source_file)
    FROM log LEFT JOIN users USING (user_id) LEFT JOIN videos USING (video_id)`,
  scenario: {
    expression: 'tab',
    values: [1, 0, 4, 6, 2],
    names: { 0: 'tab 0', 1: 'tab 1', 2: 'tab 2', 4: 'tab 4', 6: 'tab 6' },
  },
  tasks: [
    { name: 'click', expression: 'is_click' },
    { name: 'long_view', expression: 'is_click = 1 AND long_view = 1' },
  ],
  fields: [
    categorical('user_id', { minimumCount: 3 }),
    categorical('video_id', { minimumCount: 3 }),
    categorical('author_id', { minimumCount: 3 }),
    categorical('music_id', { minimumCount: 3 }),
    categorical('hour', { expression: 'hourmin // 100' }),
    categorical('duration_bin', { expression: 'duration_ms', bins: 20 }),
    categorical('upload_type'),
    categorical('music_type'),
    categorical('tag'),
    categorical('user_active_degree'),
    categorical('is_live_streamer'),
    categorical('is_video_author'),
    categorical('follow_user_num_range'),
    categorical('fans_user_num_range'),
    categorical('friend_user_num_range'),
    categorical('register_days_range'),
    ...Array.from({ length: 18 }, (_, k) => categorical(`onehot_feat${k}`, { minimumCount: 3 })),
    logarithmic('follow_user_num'),
    logarithmic('fans_user_num'),
    logarithmic('friend_user_num'),
    logarithmic('register_days'),
    logarithmic('duration', { expression: 'duration_ms / 1000' }),
    {
      kind: 'numerical',
      name: 'video_age_days',
      expression: "date_diff('day', CAST(upload_dt AS DATE), CAST(strptime(CAST(date AS VARCHAR), '%Y%m%d') AS DATE))",
    },
    { kind: 'numerical', name: 'aspect_ratio', expression: 'server_height / nullif(server_width, 0)' },
  ],
  // What a user did with the video is known only after it was shown.
  never: [
    'play_time_ms',
    '*_stay_time',
    'is_click',
    'long_view',
    'is_like',
    'is_follow',
    'is_comment',
    'is_forward',
    'is_hate',
    'is_profile_enter',
  ],
  split: {
    by: {
      train: 'date BETWEEN 20220425 AND 20220503',
      validation: 'date = 20220504',
      test: 'date BETWEEN 20220505 AND 20220508',
    },
  },
};
