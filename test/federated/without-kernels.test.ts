// The rounds of the independent implementation once more, by TensorFlow's own operations: what runs on a GPU.
process.env.PF_KERNELS = 'off';
require('../models/template.test');
require('./golden.test');
require('./golden-pf.test');
