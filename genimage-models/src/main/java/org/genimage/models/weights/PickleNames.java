package org.genimage.models.weights;

import com.google.common.base.Ascii;
import com.google.common.collect.ImmutableMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The Python names that a PyTorch file may use: those that PyTorch's own safe loader ({@code
 * weights_only=True}) knows without being told more. None is looked up in Python; each stands for a
 * value of this package.
 */
final class PickleNames {

  /** What a pickle of tensors calls. */
  enum Function {
    ORDERED_DICTIONARY,
    COUNTER,
    REBUILD_TENSOR,
    REBUILD_PARAMETER,
    REBUILD_FROM_TYPE,
    /** Makes a tensor that cannot be read here. */
    UNREADABLE_TENSOR,
    /** Makes something that no tensor needs. */
    INERT
  }

  /** Values whose content no tensor needs: None, floats, bytes, types. */
  enum Opaque {
    VALUE
  }

  /**
   * A name that is called.
   *
   * @param name for messages
   */
  record Callable(Function function, String name) {}

  /**
   * A kind of storage.
   *
   * @param numbers its numbers; empty if they cannot be read here
   * @param size bytes of one value
   */
  record StorageType(String name, Optional<NumberType> numbers, int size) {}

  private static final Map<String, NumberType> NUMBERS =
      ImmutableMap.<String, NumberType>builder()
          .put("Float", NumberType.F32)
          .put("Half", NumberType.F16)
          .put("BFloat16", NumberType.BF16)
          .put("Double", NumberType.F64)
          .put("Long", NumberType.I64)
          .put("Int", NumberType.I32)
          .put("Short", NumberType.I16)
          .put("Char", NumberType.I8)
          .put("Byte", NumberType.U8)
          .put("Bool", NumberType.BOOL)
          .buildOrThrow();

  private static final Map<String, Integer> OTHER_SIZES =
      ImmutableMap.<String, Integer>builder()
          .put("ComplexFloat", 8)
          .put("ComplexDouble", 16)
          .put("QInt8", 1)
          .put("QUInt8", 1)
          .put("QInt32", 4)
          .put("QUInt4x2", 1)
          .put("QUInt2x4", 1)
          .buildOrThrow();

  private static final List<String> DTYPES =
      List.of(
          "float64 float32 float16 bfloat16 complex32 complex64 complex128 bool",
          "int8 int16 int32 int64 uint8 uint16 uint32 uint64",
          "int1 int2 int3 int4 int5 int6 int7 uint1 uint2 uint3 uint4 uint5 uint6 uint7",
          "float8_e4m3fn float8_e4m3fnuz float8_e5m2 float8_e5m2fnuz float8_e8m0fnu",
          "float4_e2m1fn_x2 bits8 bits16 bits1x8 bits2x4 bits4x2",
          "qint8 quint8 qint32 quint4x2 quint2x4",
          "per_tensor_affine per_tensor_symmetric per_channel_affine per_channel_symmetric",
          "per_channel_affine_float_qparams");

  private static final ImmutableMap<String, Object> NAMES = names();

  private PickleNames() {}

  private static ImmutableMap<String, Object> names() {
    ImmutableMap.Builder<String, Object> names = ImmutableMap.builder();
    put(names, Function.ORDERED_DICTIONARY, "collections.OrderedDict");
    put(names, Function.COUNTER, "collections.Counter");
    put(
        names,
        Function.REBUILD_TENSOR,
        "torch._utils._rebuild_tensor",
        "torch._utils._rebuild_tensor_v2");
    put(
        names,
        Function.REBUILD_PARAMETER,
        "torch._utils._rebuild_parameter",
        "torch._utils._rebuild_parameter_with_state",
        "torch.nn.parameter.Parameter");
    put(names, Function.REBUILD_FROM_TYPE, "torch._tensor._rebuild_from_type_v2");
    for (String suffix :
        List.of(
            "tensor_v3",
            "qtensor",
            "sparse_tensor",
            "meta_tensor_no_storage",
            "nested_tensor",
            "wrapper_subclass",
            "device_tensor_from_numpy",
            "device_tensor_from_cpu_tensor")) {
      put(names, Function.UNREADABLE_TENSOR, "torch._utils._rebuild_" + suffix);
    }
    put(
        names,
        Function.INERT,
        "_codecs.encode",
        "torch.Size",
        "torch.device",
        "torch.serialization._get_layout");
    // Python 2 and 3 differ in the module; PyTorch writes that of Python 2.
    for (String type : List.of("bytearray", "bytes", "set", "complex")) {
      put(names, Function.INERT, "builtins." + type, "__builtin__." + type);
    }
    DTYPES.forEach(
        line ->
            List.of(line.split(" ")).forEach(dtype -> names.put("torch." + dtype, Opaque.VALUE)));
    types(names);
    return names.buildOrThrow();
  }

  private static void types(ImmutableMap.Builder<String, Object> names) {
    for (String module : List.of("torch.", "torch.cuda.")) {
      NUMBERS.forEach(
          (type, numbers) -> {
            storage(names, module + type, Optional.of(numbers), numbers.size());
            put(names, Function.UNREADABLE_TENSOR, module + type + "Tensor");
            put(names, Function.UNREADABLE_TENSOR, module + "sparse." + type + "Tensor");
          });
      OTHER_SIZES.forEach((type, size) -> storage(names, module + type, Optional.empty(), size));
    }
    put(names, Function.UNREADABLE_TENSOR, "torch.Tensor");
    for (String type : List.of("TypedStorage", "UntypedStorage")) {
      names.put(
          "torch.storage." + type, new StorageType("torch.storage." + type, Optional.empty(), 1));
    }
  }

  private static void storage(
      ImmutableMap.Builder<String, Object> names,
      String type,
      Optional<NumberType> numbers,
      int size) {
    names.put(type + "Storage", new StorageType(type + "Storage", numbers, size));
  }

  private static void put(
      ImmutableMap.Builder<String, Object> names, Function function, String... all) {
    for (String name : all) {
      names.put(name, new Callable(function, name));
    }
  }

  /**
   * Returns what a name stands for: a {@link Callable}, a {@link StorageType} or {@link Opaque}.
   *
   * @throws RefusedCheckpointException if it is not among the known
   */
  static Object meaning(String name) throws RefusedCheckpointException {
    Object meaning = NAMES.get(name);
    if (meaning != null) {
      return meaning;
    }
    String shown = Ascii.truncate(name, 100, "...");
    if (name.startsWith("torch._utils._rebuild_") || name.matches("torch\\.\\w+Storage")) {
      throw new RefusedCheckpointException(
          "it asks for %s; only dense tensors of plain numbers are read, neither sparse nor"
              + " quantised ones",
          shown);
    }
    throw new RefusedCheckpointException(
        "it asks for the Python name %s, and no code is run for a file; if you trust it, load it in"
            + " PyTorch and save the state_dict() alone",
        shown);
  }
}
