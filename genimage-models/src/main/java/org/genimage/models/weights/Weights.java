package org.genimage.models.weights;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.ImmutableSortedMap;
import com.google.common.collect.Maps;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.genimage.models.nn.Parameter;

/**
 * A model's numbers by state-dict key, in PyTorch's names, shapes and axis order, with whatever is
 * known of their origin. Plain values: nothing to close. Floats are 32-bit, whatever the file has;
 * a 64-bit one is rounded to the nearest, as PyTorch does when it copies into a 32-bit network.
 *
 * <p>{@link #read} takes safetensors and PyTorch's own files; {@link #write} makes safetensors,
 * which load into PyTorch under the same names. Published files rarely fit as they are: {@link
 * #without} drops a head, {@link #stripped} a prefix, {@link #renamed} changes keys. A blueprint
 * starts from a backbone by {@code startFrom}.
 */
public final class Weights {

  private static final String PUBLISHED = "genimage.pretrained";
  private static final String LICENCE = "genimage.licence";
  private static final String SOURCE = "genimage.source";
  private static final System.Logger LOGGER = System.getLogger(Weights.class.getName());

  private final ImmutableMap<String, WeightArray> arrays;
  private final ImmutableMap<String, String> metadata;
  private final WeightsReport report;

  private Weights(
      Map<String, WeightArray> arrays, Map<String, String> metadata, WeightsReport report) {
    this.arrays = ImmutableMap.copyOf(arrays);
    // Sorted, so that equal weights make equal files and texts on every JVM.
    this.metadata = ImmutableSortedMap.copyOf(metadata);
    this.report = report;
  }

  /** Returns weights of these arrays, in the map's order, without metadata. */
  public static Weights of(Map<String, WeightArray> arrays) {
    return new Weights(arrays, ImmutableMap.of(), WeightsReport.NONE);
  }

  /**
   * Reads a safetensors file or a PyTorch file, zip or legacy; its content decides, not its name.
   * Of a PyTorch file only tensors in plain dictionaries are read and nothing is run. Objects
   * beside them are passed over, and a file that calls an unknown name with arguments is refused by
   * it. The tensors are those of the outer dictionary, or of an entry that is a dictionary with
   * tensors, such as {@code model} or {@code state_dict}. If several entries have some, the one
   * that is no average of the training's steps ({@code ema}) is read, or the only one with such a
   * name. Keys stay as they are. {@link #report} and the log say what was found.
   *
   * <p>Weights in several safetensors files are read by their index, such as {@code
   * model.safetensors.index.json}.
   *
   * <p>A checksum in the file is compared with its content: that of every record of a zip file, and
   * the hash of {@link #hashed} weights. The legacy format and other safetensors files have none.
   *
   * <p>Numbers of a file up to 16 MB are copied into the heap. Those of a larger one stay there,
   * and are read whenever they are asked for: keep the file as it is while its weights are in use,
   * or call {@link #inMemory}. If it has changed meanwhile, they are refused by a {@link
   * WeightsException}.
   *
   * @throws WeightsException if it cannot be read, is damaged, is of a newer genimage, is not what
   *     it says, or has several dictionaries of tensors; the message names it
   */
  public static Weights read(Path file) {
    return logged(file, WeightsFormat.of(file).read(file, Optional.empty()));
  }

  /**
   * Reads the tensors under one entry of a PyTorch file's outer dictionary.
   *
   * @param container the entry, such as {@code model_ema}
   * @throws WeightsException if the file cannot be read, is not what it says, or has no such entry
   */
  public static Weights read(Path file, String container) {
    return logged(file, WeightsFormat.of(file).read(file, Optional.of(container)));
  }

  private static Weights logged(Path file, Weights weights) {
    WeightsReport report = weights.report.prefixes(KeyWrappers.common(weights.keys()));
    if (!report.equals(WeightsReport.NONE)) {
      LOGGER.log(report.hasChoice() ? Level.INFO : Level.DEBUG, "{0}: {1}", file, report);
    }
    return weights.reported(report);
  }

  /** Returns the same numbers with what was found beside them. */
  Weights reported(WeightsReport found) {
    return new Weights(arrays, metadata, found);
  }

  /**
   * Writes a safetensors file. The file appears whole or not at all: an earlier one of that name
   * stays until the new one is complete.
   *
   * @throws WeightsException if it cannot be written
   */
  public void write(Path file) {
    Safetensors.write(file, this);
  }

  /**
   * Returns what was found in the file besides these numbers: other entries with tensors, prefixes
   * of keys, objects that were passed over.
   */
  public WeightsReport report() {
    return report;
  }

  /** Returns the keys in order. */
  public ImmutableSet<String> keys() {
    return arrays.keySet();
  }

  /**
   * Returns the numbers of a key.
   *
   * @throws IllegalArgumentException if there is no such key
   */
  public WeightArray get(String key) {
    WeightArray array = arrays.get(key);
    checkArgument(array != null, "weights have no key %s; they have %s keys", key, arrays.size());
    return array;
  }

  /** Returns all arrays by key, in order. */
  public ImmutableMap<String, WeightArray> arrays() {
    return arrays;
  }

  /**
   * Returns what is known of the numbers: detector, input contract, recipe, training data; in
   * alphabetical order.
   */
  public ImmutableMap<String, String> metadata() {
    return metadata;
  }

  /** Returns the same numbers with these entries added to the metadata, or put in their place. */
  public Weights with(Map<String, String> entries) {
    return new Weights(
        arrays,
        ImmutableMap.<String, String>builder().putAll(metadata).putAll(entries).buildKeepingLast(),
        report);
  }

  /**
   * Returns the same numbers, all of them in the heap: they need the file that they were read from
   * no longer. Weights that were not read from a large file are returned as they are.
   *
   * @throws WeightsException if the file has changed since it was read
   */
  public Weights inMemory() {
    // Copied, since a view would read them again and again.
    return new Weights(
        ImmutableMap.copyOf(Maps.transformValues(arrays, WeightArray::inMemory)), metadata, report);
  }

  /**
   * Returns the same numbers with the name of the published weights that they are. Whatever is
   * trained from them keeps it.
   *
   * @param name of the published weights
   * @param licence under which they were published
   * @param source where, with revision and hash
   */
  public Weights published(String name, String licence, String source) {
    return with(Map.of(PUBLISHED, name, LICENCE, licence, SOURCE, source));
  }

  /**
   * Returns the entries of the metadata that say which published weights the numbers are, or were
   * trained from: name, licence and source. Empty if none are known.
   */
  public ImmutableMap<String, String> publication() {
    return ImmutableMap.copyOf(
        Maps.filterKeys(metadata, ImmutableSet.of(PUBLISHED, LICENCE, SOURCE)::contains));
  }

  /**
   * Returns the same numbers, marked as weights whose file has a hash: {@link #write} then records
   * the SHA-256 of numbers, keys, shapes and genimage's own metadata, and {@link #read} refuses the
   * file if a bit of them has changed. Weights that a blueprint describes are so marked.
   */
  public Weights hashed() {
    return with(Map.of(FileHash.FORMAT, Integer.toString(FileHash.VERSION)));
  }

  /**
   * Returns the same numbers with what was fitted to their scores in the metadata: a detector that
   * loads them gives calibrated scores, and has this threshold.
   */
  public Weights calibrated(Calibration calibration) {
    return with(CalibrationMetadata.of(calibration));
  }

  /**
   * Returns the calibration of the metadata; {@link Calibration#NONE} where it has none.
   *
   * @throws WeightsException if the metadata is not that of a calibration
   */
  public Calibration calibration() {
    return CalibrationMetadata.calibration(this);
  }

  /** Returns how many numbers all arrays have together. */
  public long size() {
    return arrays.values().stream().mapToLong(array -> NumberType.count(array.shape())).sum();
  }

  /** Returns those whose key does not begin with any of these prefixes, such as {@code fc.}. */
  public Weights without(String... prefixes) {
    return new Weights(
        Maps.filterKeys(arrays, key -> Arrays.stream(prefixes).noneMatch(key::startsWith)),
        metadata,
        report);
  }

  /**
   * Returns the same numbers with a prefix taken off every key, such as {@code module.} of networks
   * that were saved from {@code DataParallel}.
   *
   * @throws IllegalArgumentException if some key does not begin with it
   */
  public Weights stripped(String prefix) {
    return keyed(
        key -> {
          checkArgument(
              key.startsWith(prefix), "every key must begin with %s, found %s", prefix, key);
          return key.substring(prefix.length());
        });
  }

  /**
   * Returns the keys that a wrapper in PyTorch has changed, each with the key that the network
   * itself has: {@code torch.compile} puts {@code _orig_mod.} before the keys of what it compiles,
   * the whole network or a part, and {@code DataParallel} and {@code DistributedDataParallel} put
   * {@code module.} before every key.
   */
  public ImmutableMap<String, String> wrappedKeys() {
    return KeyWrappers.bareKeys(keys());
  }

  /**
   * Returns the same numbers under the keys of the network itself: those of {@link #wrappedKeys}
   * lose what the wrapper added. The counter {@code n_averaged} that PyTorch's AveragedModel puts
   * beside them is left out.
   *
   * @throws IllegalArgumentException if two keys would become one
   */
  public Weights unwrapped() {
    ImmutableMap<String, String> wrapped = wrappedKeys();
    Weights bare = wrapped.isEmpty() ? this : without(KeyWrappers.AVERAGED);
    return bare.renamed(wrapped);
  }

  /**
   * Returns those whose key begins with a prefix, without it: one of several networks that a file
   * holds side by side, such as {@code model.} and {@code model_ema.}. The others are in {@link
   * WeightsReport#leftOut}.
   *
   * @throws IllegalArgumentException if no key begins with it
   */
  public Weights under(String prefix) {
    Map<String, WeightArray> result = new LinkedHashMap<>();
    List<String> others = new ArrayList<>();
    arrays.forEach(
        (key, array) -> {
          if (key.startsWith(prefix)) {
            result.put(key.substring(prefix.length()), array);
          } else {
            others.add(key);
          }
        });
    checkArgument(
        !result.isEmpty(),
        "some key must begin with %s, found %s keys that do not; check the prefix",
        prefix,
        arrays.size());
    return new Weights(result, metadata, report.leftOut(others));
  }

  /**
   * Returns those that a network needs, under the network's own keys: where all of them stand under
   * one prefix, {@link #under} it. If they stand under several, that of no average is taken, such
   * as {@code model.} beside {@code model_ema.}. Weights whose keys stand alone, or nowhere, come
   * back as they are.
   *
   * @param entries the network's
   * @throws WeightsException if there are several prefixes to choose from
   */
  public Weights placed(Collection<Parameter> entries) {
    String prefix = KeyPlace.of(entries, keys()).prefix();
    return prefix.isEmpty() ? this : under(prefix);
  }

  /**
   * Returns the same numbers under other keys, all changed at once.
   *
   * @param names the new key by the old one; keys that are not there stay as they are
   * @throws IllegalArgumentException if two keys would become one
   */
  public Weights renamed(Map<String, String> names) {
    return keyed(key -> names.getOrDefault(key, key));
  }

  /**
   * Returns the numbers of both: two parts of a network that were published apart. Where both have
   * metadata of one name, that of these counts; the report is that of these, with what was left out
   * of both.
   *
   * @param others the other part
   * @throws IllegalArgumentException if both have an array of one key
   */
  public Weights joined(Weights others) {
    Map<String, WeightArray> all = new LinkedHashMap<>(arrays);
    others.arrays.forEach(
        (key, array) ->
            checkArgument(all.put(key, array) == null, "both parts have an array %s", key));
    List<String> leftOut = new ArrayList<>(report.leftOut());
    leftOut.addAll(others.report.leftOut());
    return new Weights(all, others.with(metadata).metadata, report.leftOut(leftOut));
  }

  /**
   * Returns these with the numbers of others in place of their own wherever others have the same
   * key with the same shape. What else others have is ignored; nothing is reported. To start from a
   * backbone {@code Blueprint.startFrom} is stricter.
   */
  public Weights overlaid(Weights others) {
    return new Weights(
        Maps.transformEntries(
            arrays,
            (key, own) -> {
              WeightArray other = others.arrays.get(key);
              return other != null
                      && other.shape().equals(own.shape())
                      && other.isInteger() == own.isInteger()
                  ? other
                  : own;
            }),
        metadata,
        report);
  }

  private Weights keyed(UnaryOperator<String> name) {
    Map<String, WeightArray> result = new LinkedHashMap<>();
    arrays.forEach(
        (key, array) -> {
          String other = name.apply(key);
          checkArgument(
              result.put(other, array) == null, "two keys become %s, the latter %s", other, key);
        });
    return new Weights(result, metadata, report);
  }

  /** Returns whose they are, if they say so, and how many, in a short line. */
  @Override
  public String toString() {
    return "weights of %s: %s arrays, %s values"
        .formatted(
            metadata.getOrDefault("genimage.detector", "an unknown detector"),
            arrays.size(),
            size());
  }
}
