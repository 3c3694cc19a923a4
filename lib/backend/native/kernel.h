// The little of TensorFlow's C interface that the kernels here need.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

#include "tensorflow/c/kernels.h"
#include "tensorflow/c/ops.h"
#include "tensorflow/c/tf_status.h"
#include "tensorflow/c/tf_tensor.h"

// A loop compiled for several instruction sets; the best one that the processor has is taken when the addon is loaded.
#if defined(__x86_64__) && defined(__linux__) && defined(__GNUC__) && !defined(__clang__)
#define PF_FAST __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define PF_FAST
#endif

// A pointer to memory that no other argument points to.
#define PF_ALONE __restrict

namespace pf {

/** Attributes of an operation, read once when a kernel is made. */
class Attributes {
 public:
  explicit Attributes(TF_OpKernelConstruction* from) : from_(from), status_(TF_NewStatus()) {}
  ~Attributes() {
    if (TF_GetCode(status_) != TF_OK) TF_OpKernelConstruction_Failure(from_, status_);
    TF_DeleteStatus(status_);
  }
  int64_t integer(const char* name) {
    int64_t value = 0;
    TF_OpKernelConstruction_GetAttrInt64(from_, name, &value, status_);
    return value;
  }
  float real(const char* name) {
    float value = 0;
    TF_OpKernelConstruction_GetAttrFloat(from_, name, &value, status_);
    return value;
  }
  bool flag(const char* name) {
    TF_Bool value = 0;
    TF_OpKernelConstruction_GetAttrBool(from_, name, &value, status_);
    return value != 0;
  }

 private:
  TF_OpKernelConstruction* from_;
  TF_Status* status_;
};

/** Values of a tensor. Only the optimiser writes to those of an input, see adam.cc. */
inline float* floatsOf(const TF_Tensor* tensor) { return static_cast<float*>(TF_TensorData(tensor)); }
inline const int32_t* integersOf(const TF_Tensor* tensor) { return static_cast<const int32_t*>(TF_TensorData(tensor)); }

/** One call of a kernel: its inputs and outputs, held until the call ends. */
class Call {
 public:
  explicit Call(TF_OpKernelContext* context) : context_(context), status_(TF_NewStatus()) {}
  ~Call() {
    for (TF_Tensor* tensor : held_) TF_DeleteTensor(tensor);
    TF_DeleteStatus(status_);
  }

  TF_Tensor* input(int index) {
    TF_Tensor* tensor = nullptr;
    TF_GetInput(context_, index, &tensor, status_);
    held_.push_back(tensor);
    return tensor;
  }
  float* floats(int index) { return floatsOf(input(index)); }
  const int32_t* integers(int index) { return integersOf(input(index)); }

  float* outputLike(int index, const TF_Tensor* tensor) {
    std::vector<int64_t> shape;
    for (int axis = 0; axis < TF_NumDims(tensor); axis++) shape.push_back(TF_Dim(tensor, axis));
    return output(index, shape);
  }
  float* output(int index, const std::vector<int64_t>& dims) { return allocate<float>(index, TF_FLOAT, dims); }
  int32_t* integerOutput(int index, const std::vector<int64_t>& dims) {
    return allocate<int32_t>(index, TF_INT32, dims);
  }

  /** Ends the operation with an error where a condition does not hold. */
  bool require(bool holds, const char* otherwise) {
    if (holds) return true;
    TF_SetStatus(status_, TF_INVALID_ARGUMENT, otherwise);
    TF_OpKernelContext_Failure(context_, status_);
    return false;
  }
  int inputs() const { return TF_NumInputs(context_); }

 private:
  template <class Number>
  Number* allocate(int index, TF_DataType type, const std::vector<int64_t>& dims) {
    int64_t size = 1;
    for (int64_t length : dims) size *= length;
    TF_Tensor* tensor = TF_AllocateOutput(context_, index, type, dims.data(), static_cast<int>(dims.size()),
                                          static_cast<size_t>(size) * sizeof(Number), status_);
    held_.push_back(tensor);
    return static_cast<Number*>(TF_TensorData(tensor));
  }
  TF_OpKernelContext* context_;
  TF_Status* status_;
  std::vector<TF_Tensor*> held_;
};

inline int64_t length(const TF_Tensor* tensor, int axis) { return TF_Dim(tensor, axis); }
inline int64_t elements(const TF_Tensor* tensor) { return TF_TensorElementCount(tensor); }

/**
 * Makes an operation known to libtensorflow, with `Kernel` as its implementation on the CPU.
 *
 * `Kernel` has a constructor from `Attributes&` and `void run(Call&)`. Inputs, outputs and attributes are written as
 * TensorFlow writes them: "x: float", "groups: int".
 */
template <class Kernel>
bool define(const char* name, std::initializer_list<const char*> inputs, std::initializer_list<const char*> outputs,
            std::initializer_list<const char*> attributes) {
  TF_OpDefinitionBuilder* operation = TF_NewOpDefinitionBuilder(name);
  for (const char* input : inputs) TF_OpDefinitionBuilderAddInput(operation, input);
  for (const char* output : outputs) TF_OpDefinitionBuilderAddOutput(operation, output);
  for (const char* attribute : attributes) TF_OpDefinitionBuilderAddAttr(operation, attribute);
  TF_OpDefinitionBuilderSetIsStateful(operation, true);
  TF_OpDefinitionBuilderSetShapeInferenceFunction(operation, [](TF_ShapeInferenceContext* context, TF_Status* status) {
    TF_ShapeInferenceContextSetUnknownShape(context, status);
  });
  TF_Status* status = TF_NewStatus();
  TF_RegisterOpDefinition(operation, status);
  const bool known = TF_GetCode(status) == TF_OK;
  TF_KernelBuilder* kernel = TF_NewKernelBuilder(
      name, "CPU",
      [](TF_OpKernelConstruction* construction) -> void* {
        Attributes attributes(construction);
        return new Kernel(attributes);
      },
      [](void* kernel, TF_OpKernelContext* context) {
        Call call(context);
        static_cast<Kernel*>(kernel)->run(call);
      },
      [](void* kernel) { delete static_cast<Kernel*>(kernel); });
  TF_RegisterKernelBuilder(name, kernel, status);
  TF_DeleteStatus(status);
  return known;
}

}  // namespace pf
