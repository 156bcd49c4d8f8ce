package org.genimage.models;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkState;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.genimage.data.ImageDataset;
import org.genimage.data.Seed;
import org.genimage.data.internal.GraphOps;
import org.genimage.models.internal.KeyFit;
import org.genimage.models.internal.TensorFlowStart;
import org.genimage.models.nn.FloatSource;
import org.genimage.models.nn.ModelScope;
import org.genimage.models.nn.Network;
import org.genimage.models.nn.Parameter;
import org.genimage.models.nn.Purpose;
import org.genimage.models.nn.TrainableVariables;
import org.genimage.models.weights.PublishedWeights;
import org.genimage.models.weights.WeightArray;
import org.genimage.models.weights.Weights;
import org.genimage.models.weights.WeightsException;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.exceptions.TFInvalidArgumentException;
import org.tensorflow.exceptions.TensorFlowException;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * A detector without weights: what it computes and what it wants to see. It scores nothing before
 * it has some: {@link #train(ImageDataset)} makes them, {@link #load(Path)} reads them. genimage
 * has none of its own; its docs/weights.md says what is published for each detector.
 *
 * @param name as in the paper's tables, such as {@code ResNet-50}
 * @param network images in, logits out
 * @param input how an image becomes the network's input
 * @param head what the logits mean
 */
public record Blueprint(String name, Network network, InputContract input, Head head) {

  /** Returns the same detector for another input, for example smaller images. */
  public Blueprint input(InputContract contract) {
    return new Blueprint(name, network, contract, head);
  }

  /** Returns the same detector with another meaning of its logits. */
  public Blueprint head(Head order) {
    checkArgument(
        order.outputs() == head.outputs(),
        "%s has %s outputs, %s needs %s",
        name,
        head.outputs(),
        order,
        order.outputs());
    return new Blueprint(name, network, input, order);
  }

  /**
   * Trains by the paper's recipe, with the trainer that genimage-train offers. Progress is logged
   * at INFO.
   *
   * @param data the training images
   * @return the trained detector, to be closed by the caller
   * @throws IllegalStateException if no trainer is on the class path
   */
  public DifferentiableDetector train(ImageDataset data) {
    return train(Trainers.installed(this), data);
  }

  /**
   * Trains as {@link #train(ImageDataset)} does and saves a checkpoint after every epoch. If the
   * folder holds a checkpoint of the same training, training resumes from it.
   *
   * @param data the training images
   * @param folder for the checkpoints; created if it does not exist
   * @return the trained detector, to be closed by the caller
   * @throws IllegalStateException if no trainer is on the class path
   * @throws WeightsException if a checkpoint cannot be written, or belongs to another training
   */
  public DifferentiableDetector train(ImageDataset data, Path folder) {
    return load(Trainers.installed(this).fit(this, data, folder));
  }

  /**
   * Trains with a trainer that was configured by the caller.
   *
   * @param data the training images
   * @return the trained detector, to be closed by the caller
   */
  public DifferentiableDetector train(Trainer trainer, ImageDataset data) {
    return load(trainer.fit(this, data));
  }

  /**
   * Returns the detector with these weights, to be closed by the caller. Input contract and head
   * that the weights carry in their metadata win over this blueprint's; their calibration, if they
   * have one, makes its scores.
   *
   * @throws WeightsException if the weights do not fit; the message lists what is missing,
   *     unexpected, of another shape or not finite
   */
  public DifferentiableDetector load(Weights weights) {
    return load(weights, Precision.FLOAT32);
  }

  /**
   * Returns the detector with these weights as {@link #load(Weights)} does, to be closed by the
   * caller, with the numbers that 8-bit images are scored with. In {@link Precision#BFLOAT16} it is
   * several times as fast on a processor with AMX, the weights take half the memory, and scores
   * differ a little; scores of {@link org.genimage.data.image.Pixels} and gradients stay in 32
   * bits.
   *
   * @throws WeightsException if the weights do not fit
   * @throws UnsupportedOperationException if this machine has no kernels for bfloat16
   */
  public DifferentiableDetector load(Weights weights, Precision precision) {
    return withItsInput(weights, one -> GraphDetector.create(one, weights, precision));
  }

  /** A network may not be able to take the input that the metadata names, such as 33 pixels. */
  private <T> T withItsInput(Weights weights, Function<Blueprint, T> work) {
    Blueprint blueprint = WeightsMetadata.apply(this, weights);
    try {
      return work.apply(blueprint);
    } catch (IllegalArgumentException | TensorFlowException e) {
      if (blueprint.input().equals(input)) {
        throw e;
      }
      throw new WeightsException(
          ("expected metadata genimage.input with an input that %s can take, found a side of %s"
                  + " pixels (%s); correct it, or write the weights again")
              .formatted(name, blueprint.input().side(), e.getMessage()),
          e);
    }
  }

  /**
   * Returns the detector with the weights of a safetensors or PyTorch file, to be closed by the
   * caller. See {@link Weights#read(Path)}. Other published spellings are read, and what training
   * programs put before the keys is taken off, as {@link #adapted(Weights)} does; the log says so.
   *
   * @throws WeightsException if the file cannot be read or does not fit
   */
  public DifferentiableDetector load(Path file) {
    return load(file, Precision.FLOAT32);
  }

  /**
   * Returns the detector with the weights of a file as {@link #load(Path)} does, with the numbers
   * of {@link #load(Weights, Precision)}.
   *
   * @throws WeightsException if the file cannot be read or does not fit
   * @throws UnsupportedOperationException if this machine has no kernels for bfloat16
   */
  public DifferentiableDetector load(Path file, Precision precision) {
    return load(List.of(file), precision);
  }

  /**
   * Returns the detector with the weights of several files that have a part each, such as UnivFD's
   * tower and its head; otherwise as {@link #load(Path)} does.
   *
   * @param files in any order; no two have an array of the same key
   * @throws WeightsException if a file cannot be read, or they do not fit together
   */
  public DifferentiableDetector load(List<Path> files) {
    return load(files, Precision.FLOAT32);
  }

  /**
   * Returns the detector with the weights of several files as {@link #load(List)} does, with the
   * numbers of {@link #load(Weights, Precision)}.
   *
   * @throws WeightsException if a file cannot be read, or they do not fit together
   * @throws UnsupportedOperationException if this machine has no kernels for bfloat16
   */
  public DifferentiableDetector load(List<Path> files, Precision precision) {
    return TensorFlowStart.beside(() -> new WeightFiles(this).load(files, read(files), precision));
  }

  /**
   * Returns the weights of files that have a part each, under this network's keys as {@link
   * #adapted(Weights)} brings them there. Whether they are complete is found out when they are
   * loaded.
   *
   * @param files in any order; no two have an array of the same key
   * @throws WeightsException if a file cannot be read, or two have the same array
   */
  public Weights read(List<Path> files) {
    return new WeightFiles(this).read(files);
  }

  /** Loads what was read of a file; messages begin with its name. */
  DifferentiableDetector load(Path file, Weights weights, Precision precision) {
    WeightFiles files = new WeightFiles(this);
    return files.load(List.of(file), files.adapted(file, weights), precision);
  }

  /**
   * Returns weights of a training program, or in another published spelling, under this network's
   * keys. What {@code DataParallel} and {@code torch.compile} put before keys is taken off ({@link
   * Weights#unwrapped()}), other spellings are changed ({@link PublishedWeights#official}), and the
   * prefix under which all of the network's keys stand, if they do not stand alone, is taken off,
   * such as {@code model.} or {@code base_model.model.vit.}. Keys of other networks are left out,
   * and {@link Weights#report()} has them. {@link Weights#placed} says what happens where there are
   * several such prefixes.
   *
   * @throws WeightsException if two keys would become one, or there are several places to choose
   *     from
   */
  public Weights adapted(Weights weights) {
    return new WeightFiles(this).adapted(weights);
  }

  /**
   * Writes the detector with these weights as a TensorFlow SavedModel, which TensorFlow loads in
   * any language. It has two signatures, both with outputs {@code scores}, {@code [N]}, the
   * probability of AI, and {@code logits}, {@code [N, 2]}, nature and ai:
   *
   * <ul>
   *   <li>{@code pixels}: input {@code pixels}, uint8 {@code [N, side, side, 3]}, RGB, prepared as
   *       {@link InputContract#prepare} does it; the scores are those of {@link #load(Weights)};
   *   <li>{@code image_bytes}: input {@code image_bytes}, string {@code [N]}, the contents of JPEG
   *       or PNG files, which the graph decodes, resizes and crops. Its resize rounds once where
   *       Pillow's rounds twice, so scores differ a little.
   * </ul>
   *
   * <p>A {@link Detector} refuses to score where a logit is infinite or not a number. The graph
   * cannot: check that both logits are finite before you use a score or make a label of it.
   *
   * @param folder is made; what the weights say of their origin is put beside the graph, in {@code
   *     assets.extra/provenance.json}. An empty file {@code .NAME.lock} beside it keeps a second
   *     export away
   * @throws WeightsException if the weights do not fit, the folder exists, another process is
   *     making it, or it cannot be written
   */
  public void export(Weights weights, Path folder) {
    withItsInput(
        weights,
        one -> {
          SavedModelExport.write(one, weights, folder);
          return one;
        });
  }

  /**
   * Returns the state-dict entries in the order of published checkpoints.
   *
   * @throws IllegalArgumentException if the network takes no images of the input's side
   */
  public List<Parameter> entries() {
    TrainableVariables variables = new TrainableVariables();
    try (Graph graph = new Graph()) {
      Ops tf = GraphOps.of(graph);
      Operand<TFloat32> images =
          tf.zeros(tf.array(1, input.side(), input.side(), 3), TFloat32.class);
      network.logits(ModelScope.root(tf, Purpose.TRAINING, variables), images);
    } catch (TFInvalidArgumentException e) {
      throw new IllegalArgumentException(
          "%s cannot take images of %s x %s pixels (%s); choose a larger side, or mend its layers"
              .formatted(name, input.side(), input.side(), reason(e)),
          e);
    }
    return variables.entries();
  }

  /** Returns what TensorFlow says, without the node, which has a name that nobody gave it. */
  private static String reason(TFInvalidArgumentException e) {
    return e.getMessage().split(" for '|\n", 2)[0].strip();
  }

  /** Returns the number of values that training changes by gradient. */
  public long parameterCount() {
    return entries().stream()
        .filter(entry -> entry.role() == Parameter.Role.TRAINED)
        .mapToLong(Parameter::size)
        .sum();
  }

  /**
   * Returns weights as training from scratch starts with them.
   *
   * @param seed each value follows from it and the entry's key
   */
  public Weights initialWeights(long seed) {
    Map<String, WeightArray> arrays = new LinkedHashMap<>();
    Seed root = initialSeed(seed);
    for (Parameter entry : entries()) {
      arrays.put(entry.key(), WeightArray.initial(entry, root));
    }
    return describe(Weights.of(arrays));
  }

  /**
   * Returns an entry's floats as {@link #initialWeights(long)} has them, drawn while they are read.
   */
  public FloatSource initialValues(long seed, Parameter entry) {
    return entry.init().source(initialSeed(seed), entry.key(), entry.shape());
  }

  private static Seed initialSeed(long seed) {
    return Seed.of(seed).at("init");
  }

  /** Returns the keys of the classification head, in order; empty if the network names none. */
  public List<String> headKeys() {
    return entries().stream()
        .map(Parameter::key)
        .filter(key -> network.head().stream().anyMatch(key::startsWith))
        .toList();
  }

  /**
   * Returns weights as fine-tuning starts with them: those of a published backbone, with the
   * classification head, and all else that the backbone lacks, as training from scratch starts with
   * it. The backbone is the network's own on ImageNet (ResNet-50, DeiT-S, Swin-T), ResNet-50 for
   * CNNSpot, ResNet-34 for Spec, ResNet-18 for GramNet and Xception for F3Net. {@link
   * PublishedWeights#backbone} brings its keys and shapes into this network's form.
   *
   * @param seed each fresh value follows from it and the entry's key
   * @param published the backbone as it was published; {@link Weights#without} drops parts that
   *     have no place here
   * @throws WeightsException if it does not fit; the message lists what is missing, unexpected, of
   *     another shape or not finite
   * @throws IllegalStateException if the network does not say which keys are its head
   */
  public Weights startFrom(long seed, Weights published) {
    List<String> fresh = network.fresh();
    checkState(
        !fresh.isEmpty(),
        "%s must say which keys its head has to start from a backbone, found none; override"
            + " Network.head(), or name prefixes of keys with initialWeights(seed, backbone, ...)",
        name);
    return initialWeights(
        seed, PublishedWeights.backbone(network, published), fresh.toArray(String[]::new));
  }

  /**
   * Returns weights as fine-tuning starts with them: those of a backbone, with entries under the
   * given prefixes as if from scratch, whatever the backbone has there. {@link #startFrom} knows
   * the prefixes of every network here; this is for other choices.
   *
   * @param seed each fresh value follows from it and the entry's key
   * @param backbone all other entries, and no more; {@link Weights#without} drops what has no place
   * @param fresh prefixes of keys
   * @throws WeightsException if it does not fit; the message lists what is missing, unexpected, of
   *     another shape or not finite
   */
  public Weights initialWeights(long seed, Weights backbone, String... fresh) {
    Weights body = backbone.without(fresh);
    List<Parameter> needed =
        entries().stream()
            .filter(entry -> Arrays.stream(fresh).noneMatch(entry.key()::startsWith))
            .toList();
    KeyFit.of(needed, body)
        .verify(name + "'s backbone", "name more that starts fresh, or drop it with without");
    return initialWeights(seed).overlaid(body).with(backbone.publication());
  }

  /**
   * Returns the weights with this blueprint's name, input contract and head in their metadata, and
   * {@link Weights#hashed}.
   */
  public Weights describe(Weights weights) {
    return weights.with(WeightsMetadata.of(this)).hashed();
  }
}
