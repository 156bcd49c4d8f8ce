package org.genimage.models.weights;

import com.google.common.base.Ascii;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.genimage.models.weights.PickleNames.Callable;
import org.genimage.models.weights.PickleNames.Function;
import org.genimage.models.weights.PickleNames.Opaque;
import org.genimage.models.weights.PickleNames.Placeholder;
import org.genimage.models.weights.PickleNames.StorageType;
import org.genimage.models.weights.PickleNames.Unknown;

/**
 * Reads the pickles of PyTorch files: tensors in plain containers, and nothing else.
 *
 * <p>A pickle is a program for a machine with a stack, and may name any Python function and call
 * it. This machine has the few instructions that dictionaries, lists, tuples, numbers and objects
 * need, and knows the names of {@link PickleNames}; it looks up none. An object of another name,
 * made without arguments, becomes a {@link Placeholder}, and what the file puts into it is left
 * out. Another name that is called with arguments refuses the file. Whatever a pickle nests,
 * nothing here recurses: no container is hashed, compared or printed, and the keys of dictionaries
 * are strings (others are left out). Its length and its number of instructions are bounded, and so
 * the memory it takes.
 */
final class TensorPickle {

  /** A dictionary; entries whose key is no string are left out. */
  record Dictionary(Map<String, Object> entries) {}

  /**
   * A storage that a pickle refers to.
   *
   * @param key its name in the file
   * @param count the number of values that the pickle claims
   */
  record Storage(StorageType type, String key, long count) {

    /** Returns the type of its numbers, which a tensor that can be read has. */
    NumberType numbers() {
      return type.numbers().orElseThrow();
    }
  }

  /** A tensor: a view into a storage, in values; nothing of it is checked yet. */
  record Tensor(Storage storage, long offset, List<Long> shape, List<Long> strides) {}

  /**
   * A tensor whose numbers cannot be read, such as a sparse or a complex one.
   *
   * @param problem completes "its key"
   */
  record UnreadableTensor(String problem) {

    static UnreadableTensor madeBy(String name) {
      return new UnreadableTensor(
          "is made by %s; only dense tensors of plain numbers are read, neither sparse nor quantised"
                  .formatted(name)
              + " ones");
    }

    static UnreadableTensor dependsOn(String name) {
      return new UnreadableTensor(
          "depends on %s, and no object of a file is made; load it in PyTorch and save plain tensors"
              .formatted(PickleNames.shown(name)));
    }
  }

  private static final int MAX_BYTES = 1 << 26;
  private static final int MAX_INSTRUCTIONS = 1_000_000;
  private static final int MAX_RANK = 32;
  private static final int MAX_OBJECTS = 1000;

  private final CheckpointInput in;
  private final long end;
  private final Map<String, Storage> storages;
  private final Set<String> objects;
  private final List<Object> stack = new ArrayList<>();
  private final Deque<Integer> marks = new ArrayDeque<>();
  private final Map<Integer, Object> memo = new HashMap<>();
  private long work;

  private TensorPickle(CheckpointInput in, Map<String, Storage> storages, Set<String> objects) {
    this.in = in;
    this.end = in.position() + MAX_BYTES;
    this.storages = storages;
    this.objects = objects;
  }

  /** Reads one pickle that refers to no storages. */
  static Object read(CheckpointInput in) throws IOException {
    return read(in, new HashMap<>(), new TreeSet<>());
  }

  /**
   * Reads one pickle: a {@link Dictionary}, {@link Tensor}, {@link UnreadableTensor}, {@link
   * Placeholder}, {@link List}, String, Long, Boolean or something whose content is left out.
   *
   * @param storages receives what the pickle refers to
   * @param objects receives the names of the objects that are not made
   * @throws RefusedCheckpointException if it asks for more, or is damaged
   */
  static Object read(CheckpointInput in, Map<String, Storage> storages, Set<String> objects)
      throws IOException {
    TensorPickle machine = new TensorPickle(in, storages, objects);
    while (machine.work++ < MAX_INSTRUCTIONS && in.position() <= machine.end) {
      int instruction = in.unsignedByte();
      if (instruction == '.') {
        return machine.pop();
      }
      machine.execute(instruction);
    }
    throw new RefusedCheckpointException(
        "its pickle is longer than %d instructions or %d bytes", MAX_INSTRUCTIONS, MAX_BYTES);
  }

  private void execute(int instruction) throws IOException {
    switch (instruction) {
      case 0x80 -> in.unsignedByte(); // PROTO
      case 0x95 -> in.littleEndian(8); // FRAME
      case 'N' -> push(Opaque.VALUE); // NONE
      case 0x88, 0x89 -> push(instruction == 0x88); // NEWTRUE, NEWFALSE
      case 'G' -> { // BINFLOAT
        bytes(8);
        push(Opaque.VALUE);
      }
      case 'J' -> push((long) (int) in.littleEndian(4)); // BININT
      case 'K' -> push(in.littleEndian(1)); // BININT1
      case 'M' -> push(in.littleEndian(2)); // BININT2
      case 0x8a -> push(integer(in.littleEndian(1))); // LONG1
      case 0x8b -> push(integer(in.littleEndian(4))); // LONG4
      case 'X' -> push(text(4, StandardCharsets.UTF_8)); // BINUNICODE
      case 0x8c -> push(text(1, StandardCharsets.UTF_8)); // SHORT_BINUNICODE
      case 'T' -> push(text(4, StandardCharsets.ISO_8859_1)); // BINSTRING, of Python 2
      case 'U' -> push(text(1, StandardCharsets.ISO_8859_1)); // SHORT_BINSTRING, of Python 2
      case 0x8d -> push(text(8, StandardCharsets.UTF_8)); // BINUNICODE8
      case 'C' -> opaque(1); // SHORT_BINBYTES
      case 'B' -> opaque(4); // BINBYTES
      case 0x8e, 0x96 -> opaque(8); // BINBYTES8, BYTEARRAY8
      case '(' -> marks.push(stack.size()); // MARK
      case '0' -> pop(); // POP, after a tuple that holds itself
      case '1' -> popToMark(); // POP_MARK
      case ']', 0x8f -> push(new ArrayList<>()); // EMPTY_LIST, EMPTY_SET
      case 'l', 't', 0x91 -> push(popToMark()); // LIST, TUPLE, FROZENSET
      case 'a' -> { // APPEND
        Object value = pop();
        extend(List.of(value));
      }
      case 'e', 0x90 -> { // APPENDS, ADDITEMS
        extend(popToMark());
      }
      case ')' -> push(new ArrayList<>()); // EMPTY_TUPLE
      case 0x85, 0x86, 0x87 -> push(pop(instruction - 0x84)); // TUPLE1, TUPLE2, TUPLE3
      case '}' -> push(new Dictionary(new LinkedHashMap<>())); // EMPTY_DICT
      case 'd' -> { // DICT
        List<Object> items = popToMark();
        push(new Dictionary(new LinkedHashMap<>()));
        put(items);
      }
      case 's' -> put(pop(2)); // SETITEM
      case 'u' -> put(popToMark()); // SETITEMS
      case 'q' -> memo.put((int) in.littleEndian(1), top()); // BINPUT
      case 'r' -> memo.put((int) in.littleEndian(4), top()); // LONG_BINPUT
      case 0x94 -> memo.put(memo.size(), top()); // MEMOIZE
      case 'h' -> push(recalled((int) in.littleEndian(1))); // BINGET
      case 'j' -> push(recalled((int) in.littleEndian(4))); // LONG_BINGET
      case 'c' -> push(PickleNames.meaning(in.line(), in.line())); // GLOBAL
      case 'i' -> { // INST: a call of what it names
        Object called = PickleNames.meaning(in.line(), in.line());
        push(result(called, popToMark()));
      }
      case 'o' -> { // OBJ
        List<Object> call = popToMark();
        if (call.isEmpty()) {
          throw damaged();
        }
        push(result(call.get(0), call.subList(1, call.size())));
      }
      case 0x93 -> { // STACK_GLOBAL
        List<Object> name = pop(2);
        push(PickleNames.meaning(string(name.get(0)), string(name.get(1))));
      }
      case 'Q' -> push(persistent(list(pop()))); // BINPERSID
      case 'R', 0x81 -> { // REDUCE, NEWOBJ
        List<Object> call = pop(2);
        push(result(call.get(0), list(call.get(1))));
      }
      case 0x92 -> { // NEWOBJ_EX: a call with arguments by name
        List<Object> call = pop(3);
        Map<String, Object> named = dictionary(call.get(2)).entries();
        if (!named.isEmpty() && call.get(0) instanceof Unknown unknown) {
          throw PickleNames.refused(unknown.name());
        }
        push(result(call.get(0), list(call.get(1))));
      }
      case 'b' -> { // BUILD: attributes, such as an OrderedDict's _metadata
        Object state = pop();
        if (top() instanceof Tensor) {
          stated(top(), state);
        } else if (!(top() instanceof Dictionary
            || top() instanceof Placeholder
            || top() instanceof UnreadableTensor)) {
          throw top() instanceof Unknown unknown ? PickleNames.refused(unknown.name()) : damaged();
        }
      }
      case 0x82, 0x83, 0x84 -> // EXT1, EXT2, EXT4
          throw new RefusedCheckpointException(
              "it asks for a name of Python's extension registry, and no code is run for a file");
      case 'P' -> // PERSID
          throw new RefusedCheckpointException(
              "it refers to a storage by text, which PyTorch does not; download it again");
      default ->
          throw new RefusedCheckpointException(
              "its pickle has instruction 0x%02x at byte %d, which tensors do not need",
              instruction, in.position() - 1);
    }
  }

  private Object result(Object called, List<Object> arguments) throws IOException {
    if (called instanceof Unknown unknown) {
      if (!arguments.isEmpty()) {
        throw PickleNames.refused(unknown.name());
      }
      return placeholder(unknown.name());
    }
    if (called instanceof Placeholder object) {
      throw PickleNames.refused(object.name());
    }
    if (!(called instanceof Callable callable)) {
      throw damaged();
    }
    return switch (callable.function()) {
      case ORDERED_DICTIONARY -> ordered(arguments);
      case DEFAULT_DICTIONARY ->
          ordered(arguments.size() > 1 ? arguments.subList(1, arguments.size()) : List.of());
      case COUNTER ->
          arguments.isEmpty() ? new Dictionary(new LinkedHashMap<>()) : arguments.get(0);
      case REBUILD_TENSOR -> tensor(arguments);
      case REBUILD_PARAMETER -> parameter(arguments);
      case REBUILD_FROM_TYPE -> {
        if (arguments.size() < 4 || rebuildsFromType(arguments.get(0))) {
          throw damaged();
        }
        Object tensor = result(arguments.get(0), list(arguments.get(2)));
        Optional<String> object =
            Stream.of(arguments.get(1), tensor).flatMap(TensorPickle::objectName).findFirst();
        yield object.isPresent()
            ? UnreadableTensor.dependsOn(object.get())
            : stated(tensor, arguments.get(3));
      }
      case UNREADABLE_TENSOR -> UnreadableTensor.madeBy(callable.name());
      case INERT -> placeholder(callable.name());
    };
  }

  private Placeholder placeholder(String name) {
    if (objects.size() < MAX_OBJECTS) {
      objects.add(PickleNames.shown(name));
    }
    return new Placeholder(name);
  }

  /** A tensor's type cannot be that of another, and another: nothing here recurses. */
  private static boolean rebuildsFromType(Object called) {
    return called instanceof Callable callable && callable.function() == Function.REBUILD_FROM_TYPE;
  }

  private Object tensor(List<Object> arguments) throws IOException {
    if (arguments.size() < 4) {
      throw damaged();
    }
    Optional<String> object =
        Stream.concat(
                arguments.subList(0, 4).stream(),
                arguments.subList(2, 4).stream()
                    .filter(List.class::isInstance)
                    .flatMap(sides -> ((List<?>) sides).stream().limit(MAX_RANK)))
            .flatMap(TensorPickle::objectName)
            .findFirst();
    if (object.isPresent()) {
      return UnreadableTensor.dependsOn(object.get());
    }
    if (!(arguments.get(0) instanceof Storage storage)) {
      throw damaged();
    }
    if (storage.type().numbers().isEmpty()) {
      return UnreadableTensor.madeBy(storage.type().name());
    }
    // Whether the numbers are to be negated, or conjugated.
    if (arguments.size() > 6 && !isEmptyDictionary(arguments.get(6))) {
      return new UnreadableTensor(
          "is a negated or conjugated view; save it in PyTorch after resolve_neg()");
    }
    return new Tensor(
        storage,
        number(arguments.get(1)),
        numbers(list(arguments.get(2))),
        numbers(list(arguments.get(3))));
  }

  private static boolean isEmptyDictionary(Object value) {
    return value == Opaque.VALUE
        || value instanceof Dictionary dictionary && dictionary.entries().isEmpty();
  }

  private static Stream<String> objectName(Object value) {
    if (value instanceof Placeholder object) {
      return Stream.of(object.name());
    }
    return value instanceof Unknown unknown ? Stream.of(unknown.name()) : Stream.empty();
  }

  private Object parameter(List<Object> arguments) throws IOException {
    if (arguments.isEmpty()) {
      throw damaged();
    }
    Object tensor = arguments.get(0);
    Optional<String> object = objectName(tensor).findFirst();
    if (object.isPresent()) {
      return UnreadableTensor.dependsOn(object.get());
    }
    if (!(tensor instanceof Tensor || tensor instanceof UnreadableTensor)) {
      throw damaged();
    }
    return arguments.size() > 3 ? stated(tensor, arguments.get(3)) : tensor;
  }

  /**
   * Returns a tensor after attributes were set. Those of a hand-made file may replace its numbers,
   * which PyTorch has not written since version 0.1.
   */
  private static Object stated(Object tensor, Object state) throws RefusedCheckpointException {
    boolean replaces =
        state instanceof List<?> values && (values.size() == 4 || values.size() == 5)
            || parts(state).anyMatch(part -> part.entries().containsKey("data"));
    if (replaces) {
      throw new RefusedCheckpointException(
          "it replaces a tensor's numbers by a state, which PyTorch does not write any more; load it"
              + " in PyTorch and save plain tensors");
    }
    return tensor;
  }

  /** Returns the attributes, of which there may be those in slots. */
  private static Stream<Dictionary> parts(Object state) {
    Stream<?> values =
        state instanceof List<?> pair ? pair.stream().limit(MAX_RANK) : Stream.of(state);
    return values.filter(Dictionary.class::isInstance).map(Dictionary.class::cast);
  }

  /** An OrderedDict is filled later; Python 2 gave it a list of pairs. */
  private Dictionary ordered(List<Object> arguments) throws IOException {
    Dictionary dictionary = new Dictionary(new LinkedHashMap<>());
    if (!arguments.isEmpty()) {
      List<Object> pairs = list(arguments.get(0));
      work += pairs.size();
      push(dictionary);
      for (Object pair : pairs) {
        put(list(pair));
      }
      pop();
    }
    return dictionary;
  }

  /** Returns a storage; the older format also refers so to the classes of networks. */
  private Object persistent(List<Object> id) throws IOException {
    return id.size() > 1 && "module".equals(id.get(0)) && id.get(1) instanceof Unknown
        ? id.get(1)
        : storage(id);
  }

  private Storage storage(List<Object> id) throws IOException {
    Optional<String> object =
        id.stream().limit(MAX_RANK).flatMap(TensorPickle::objectName).findFirst();
    if (object.isPresent()) {
      throw new RefusedCheckpointException(
          "one of its storages depends on %s, and no object of a file is made; load it in PyTorch and"
              + " save plain tensors",
          PickleNames.shown(object.get()));
    }
    if (id.size() < 5 || !"storage".equals(id.get(0)) || !(id.get(1) instanceof StorageType type)) {
      throw damaged();
    }
    if (id.size() > 5 && id.get(5) != Opaque.VALUE) {
      throw new RefusedCheckpointException(
          "it has views of storages as PyTorch before 0.4 wrote them; save it again with PyTorch");
    }
    Storage storage = new Storage(type, string(id.get(2)), number(id.get(4)));
    Storage earlier = Optional.ofNullable(storages.put(storage.key(), storage)).orElse(storage);
    if (!earlier.equals(storage)) {
      throw new RefusedCheckpointException(
          "storage %s is %d %s at first and %d %s later",
          Ascii.truncate(storage.key(), 100, "..."),
          earlier.count(),
          earlier.type().name(),
          storage.count(),
          storage.type().name());
    }
    return storage;
  }

  private void put(List<Object> items) throws IOException {
    if (items.size() % 2 == 0 && top() instanceof Placeholder) {
      return;
    }
    if (items.size() % 2 != 0 || !(top() instanceof Dictionary dictionary)) {
      throw damaged();
    }
    for (int i = 0; i < items.size(); i += 2) {
      if (items.get(i) instanceof String key) {
        dictionary.entries().put(key, items.get(i + 1));
      }
    }
  }

  private void extend(List<Object> values) throws IOException {
    if (!(top() instanceof Placeholder)) {
      list(top()).addAll(values);
    }
  }

  private void opaque(int lengthBytes) throws IOException {
    bytes(in.littleEndian(lengthBytes));
    push(Opaque.VALUE);
  }

  private void push(Object value) {
    stack.add(value);
  }

  private Object pop() throws IOException {
    Object value = top();
    stack.remove(stack.size() - 1);
    return value;
  }

  private Object top() throws IOException {
    int floor = marks.isEmpty() ? 0 : marks.peek();
    if (stack.size() <= floor) {
      throw damaged();
    }
    return stack.get(stack.size() - 1);
  }

  private List<Object> pop(int count) throws IOException {
    List<Object> values = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      values.add(0, pop());
    }
    return values;
  }

  private List<Object> popToMark() throws IOException {
    if (marks.isEmpty()) {
      throw damaged();
    }
    List<Object> above = stack.subList(marks.pop(), stack.size());
    List<Object> values = new ArrayList<>(above);
    above.clear();
    return values;
  }

  private Object recalled(int index) throws IOException {
    Object value = memo.get(index);
    if (value == null) {
      throw damaged();
    }
    return value;
  }

  private String text(int lengthBytes, Charset charset) throws IOException {
    return new String(bytes(in.littleEndian(lengthBytes)), charset);
  }

  private byte[] bytes(long count) throws IOException {
    if (count < 0 || count > MAX_BYTES) {
      throw new RefusedCheckpointException(
          "its pickle claims a value of %d bytes, more than %d", count, MAX_BYTES);
    }
    return in.bytes((int) count);
  }

  /** Python's integers have any length; what exceeds a long has no meaning here. */
  private Object integer(long length) throws IOException {
    byte[] bytes = bytes(length);
    if (bytes.length > 8) {
      return Opaque.VALUE;
    }
    byte sign = (byte) (bytes.length > 0 && bytes[bytes.length - 1] < 0 ? -1 : 0);
    ByteBuffer extended = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).put(bytes);
    while (extended.hasRemaining()) {
      extended.put(sign);
    }
    return extended.getLong(0);
  }

  @SuppressWarnings("unchecked")
  private List<Object> list(Object value) throws IOException {
    if (!(value instanceof List)) {
      throw damaged();
    }
    return (List<Object>) value;
  }

  private Dictionary dictionary(Object value) throws IOException {
    if (!(value instanceof Dictionary dictionary)) {
      throw damaged();
    }
    return dictionary;
  }

  private String string(Object value) throws IOException {
    if (!(value instanceof String text)) {
      throw damaged();
    }
    return text;
  }

  private long number(Object value) throws IOException {
    if (!(value instanceof Long number)) {
      throw damaged();
    }
    return number;
  }

  private List<Long> numbers(List<Object> values) throws IOException {
    if (values.size() > MAX_RANK) {
      throw new RefusedCheckpointException(
          "it has a tensor of %d dimensions, more than %d", values.size(), MAX_RANK);
    }
    List<Long> numbers = new ArrayList<>();
    for (Object value : values) {
      numbers.add(number(value));
    }
    return numbers;
  }

  private RefusedCheckpointException damaged() {
    return new RefusedCheckpointException(
        "its pickle makes no sense at byte %d; download it again", in.position());
  }
}
