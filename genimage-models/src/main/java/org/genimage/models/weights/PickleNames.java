package org.genimage.models.weights;

import com.google.common.base.Ascii;
import com.google.common.base.CharMatcher;
import com.google.common.collect.ImmutableMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The Python names that a PyTorch file may call: those that PyTorch's own safe loader ({@code
 * weights_only=True}) knows without being told more, and those of {@link InertNames}. None is
 * looked up in Python; each stands for a value of this package. Any other name is an {@link
 * Unknown}.
 */
final class PickleNames {

  /** What a pickle of tensors calls. */
  enum Function {
    ORDERED_DICTIONARY,
    /** A dictionary whose first argument makes missing entries, which nothing does here. */
    DEFAULT_DICTIONARY,
    COUNTER,
    REBUILD_TENSOR,
    REBUILD_PARAMETER,
    REBUILD_FROM_TYPE,
    /** Makes a tensor that cannot be read here. */
    UNREADABLE_TENSOR,
    /** Makes something that no tensor needs: a {@link Placeholder}. */
    INERT
  }

  /** A name that is not among the known: a class or a function of somebody's program. */
  record Unknown(String name) {}

  /**
   * Stands for an object that is not made. It has no content: what a file puts into it is left out.
   *
   * @param name the Python name that would make it
   */
  record Placeholder(String name) {}

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

  /** Python's dotted names, with those of local functions and classes. */
  private static final Pattern NAME =
      Pattern.compile("[\\p{L}_][\\p{L}\\p{N}_<>]*(\\.[\\p{L}_<][\\p{L}\\p{N}_<>]*)+");

  private static final int MAX_LENGTH = 1000;

  private static final Pattern TORCH_STORAGE = Pattern.compile("torch\\.\\w+Storage");

  private static final ImmutableMap<String, Object> NAMES = names();

  private PickleNames() {}

  private static ImmutableMap<String, Object> names() {
    ImmutableMap.Builder<String, Object> names = ImmutableMap.builder();
    put(names, Function.ORDERED_DICTIONARY, "collections.OrderedDict");
    put(names, Function.DEFAULT_DICTIONARY, "collections.defaultdict");
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
    InertNames.all().forEach(name -> put(names, Function.INERT, name));
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
   * Returns what a name stands for: a {@link Callable}, a {@link StorageType}, {@link Opaque} or an
   * {@link Unknown}.
   *
   * @throws RefusedCheckpointException if it is no name, is one of a tensor that cannot be read, or
   *     is of a module that no checkpoint needs
   */
  static Object meaning(String module, String name) throws RefusedCheckpointException {
    String whole = module + "." + name;
    Object meaning = NAMES.get(whole);
    if (meaning != null) {
      return meaning;
    }
    if (whole.length() > MAX_LENGTH || !NAME.matcher(whole).matches()) {
      throw new RefusedCheckpointException(
          "it has %s in place of a Python name; download it again", shown(whole));
    }
    if (whole.startsWith("torch._utils._rebuild_") || TORCH_STORAGE.matcher(whole).matches()) {
      throw new RefusedCheckpointException(
          "it asks for %s; only dense tensors of plain numbers are read, neither sparse nor"
              + " quantised ones",
          shown(whole));
    }
    if (InertNames.runsPrograms(whole)) {
      throw refused(whole);
    }
    return new Unknown(whole);
  }

  /** Returns the exception for a name that would have to be called. */
  static RefusedCheckpointException refused(String name) {
    return new RefusedCheckpointException(
        "it asks for the Python name %s, and no code is run for a file; if you trust it, load it in"
            + " PyTorch and save the state_dict() alone",
        shown(name));
  }

  /** A file's texts may be long, and may have signs that a terminal obeys. */
  static String shown(String text) {
    return CharMatcher.javaIsoControl().replaceFrom(Ascii.truncate(text, 100, "..."), '?');
  }
}
