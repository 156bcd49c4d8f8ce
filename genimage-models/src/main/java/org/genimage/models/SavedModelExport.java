package org.genimage.models;

import static com.google.common.base.Preconditions.checkArgument;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.genimage.data.image.Filter;
import org.genimage.data.internal.GraphOps;
import org.genimage.data.internal.NativeRuntime;
import org.genimage.data.internal.WholeFiles;
import org.genimage.models.internal.GraphWeights;
import org.genimage.models.internal.KernelChoice;
import org.genimage.models.internal.SessionSettings;
import org.genimage.models.internal.WeightConstants;
import org.genimage.models.internal.WeightVariables;
import org.genimage.models.internal.WeightVariables.Checkpoint;
import org.genimage.models.weights.Weights;
import org.genimage.models.weights.WeightsException;
import org.tensorflow.ConcreteFunction;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.Signature;
import org.tensorflow.TensorFlow;
import org.tensorflow.exceptions.TensorFlowException;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.image.DecodeJpeg;
import org.tensorflow.op.image.ScaleAndTranslate;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.SavedModel;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;
import org.tensorflow.proto.TensorShapeProto;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TString;
import org.tensorflow.types.TUint8;

/**
 * A scoring graph as TensorFlow's own file format. TensorFlow Java's exporter writes no resource
 * variables, so the files are written here: {@code saved_model.pb}, where the weights of most
 * detectors are constants, and for large ones {@code variables}, a checkpoint.
 *
 * <p>One graph serves both signatures: the pixels have a default, which is made of encoded images.
 * Where pixels are fed, TensorFlow does not run the ops that decode and resize.
 */
final class SavedModelExport {

  private static final String IMAGE_BYTES = "image_bytes";
  private static final String PIXELS = "pixels";
  private static final String SCORES = "scores";
  private static final String LOGITS = "logits";

  /** A folder, and what the files in it begin with. */
  private static final String VARIABLES = "variables";

  /** Logits divided by less may overflow to no number, in 32 bits. */
  private static final double MIN_TEMPERATURE = 1e-30;

  private static final double MAX_TEMPERATURE = 1e30;

  private SavedModelExport() {}

  static void write(Blueprint blueprint, Weights weights, Path folder) {
    write(blueprint, weights, folder, KernelChoice.exportsVariables(weights));
  }

  /**
   * Writes the folder.
   *
   * @param variables whether large arrays are variables, not constants
   */
  static void write(Blueprint blueprint, Weights weights, Path folder, boolean variables) {
    if (Files.exists(folder)) {
      throw new WeightsException(
          "%s: expected a folder still to be made, found one; choose another place"
              .formatted(folder));
    }
    checkArgument(
        blueprint.input().resize().crops(),
        "a SavedModel needs images of one size, got an input of whole images; export %s with an"
            + " input contract that crops",
        blueprint.name());
    double temperature = weights.calibration().temperature();
    if (temperature < MIN_TEMPERATURE || temperature > MAX_TEMPERATURE) {
      throw new WeightsException(
          ("%s: a SavedModel calculates in 32 bits and needs a temperature from %s to %s, found %s;"
                  + " calibrate again")
              .formatted(folder, MIN_TEMPERATURE, MAX_TEMPERATURE, temperature));
    }
    if (variables && !folder.getFileSystem().equals(FileSystems.getDefault())) {
      throw new WeightsException(
          ("%s: expected a folder on the machine's own file system for weights of %s numbers, found"
                  + " it on another (%s); export to a disk and copy it")
              .formatted(folder, weights.size(), folder.getFileSystem().provider().getScheme()));
    }
    NativeRuntime.prepare();
    try (Graph graph = new Graph()) {
      Ops tf = GraphOps.of(graph);
      Optional<WeightVariables> kept =
          variables
              ? Optional.of(new WeightVariables(weights, "weights-" + identity(weights) + "/"))
              : Optional.empty();
      GraphWeights inGraph = kept.isPresent() ? kept.get() : new WeightConstants(weights);
      MetaGraphDef.Builder metaGraph = metaGraph(tf, blueprint, weights, inGraph);
      Optional<Checkpoint> checkpoint = kept.flatMap(own -> own.checkpoint(tf));
      checkpoint.ifPresent(one -> metaGraph.setSaverDef(one.definition()));
      metaGraph.setGraphDef(graph.toGraphDef());
      write(
          folder,
          blueprint.describe(weights),
          metaGraph,
          files -> {
            if (checkpoint.isPresent()) {
              write(graph, checkpoint.get(), files);
            }
          });
    }
  }

  private static void write(Graph graph, Checkpoint checkpoint, Path files) throws IOException {
    Path variables = Files.createDirectory(files.resolve(VARIABLES));
    try (Session session = new Session(graph, SessionSettings.scoring())) {
      checkpoint.write(session, variables.resolve(VARIABLES));
    }
  }

  /** Returns what tells these weights from others: TensorFlow shares variables by their names. */
  private static String identity(Weights weights) {
    Hasher hasher = Hashing.murmur3_128().newHasher();
    float[] values = new float[1 << 14];
    ByteBuffer part = ByteBuffer.allocate(values.length * Float.BYTES);
    weights
        .arrays()
        .forEach(
            (key, array) -> {
              hasher.putUnencodedChars(key);
              int size =
                  array.isInteger() ? 0 : array.shape().stream().reduce(1, Math::multiplyExact);
              array
                  .source()
                  .read(
                      size,
                      values,
                      (numbers, count, before) -> {
                        part.clear().asFloatBuffer().put(numbers, 0, count);
                        hasher.putBytes(part.limit(count * Float.BYTES));
                      });
            });
    return hasher.hash().toString();
  }

  private static void write(
      Path folder,
      Weights described,
      MetaGraphDef.Builder metaGraph,
      WholeFiles.FolderContent variables) {
    SavedModel model =
        SavedModel.newBuilder().setSavedModelSchemaVersion(1).addMetaGraphs(metaGraph).build();
    try {
      byte[] provenance =
          new ObjectMapper()
              .writerWithDefaultPrettyPrinter()
              .writeValueAsBytes(new TreeMap<>(described.metadata()));
      WholeFiles.folderAlone(
          folder,
          files -> {
            Path extra = Files.createDirectory(files.resolve("assets.extra"));
            Files.write(extra.resolve("provenance.json"), provenance);
            variables.writeTo(files);
            try (OutputStream file = Files.newOutputStream(files.resolve("saved_model.pb"))) {
              model.writeTo(file);
            }
          });
    } catch (WholeFiles.FileInUseException e) {
      throw new WeightsException(
          "%s: the SavedModel could not be written (%s); let it finish, or choose another place"
              .formatted(folder, e.getReason()),
          e);
    } catch (IOException | TensorFlowException e) {
      throw new WeightsException(
          "%s: the SavedModel could not be written (%s); free some space or choose another place"
              .formatted(folder, e.getMessage()),
          e);
    }
  }

  /** Adds both signatures to a graph; it is still to be put into what is returned. */
  private static MetaGraphDef.Builder metaGraph(
      Ops tf, Blueprint blueprint, Weights weights, GraphWeights kept) {
    int side = blueprint.input().side();
    Shape prepared = Shape.of(-1, side, side, 3);
    try (Graph preparing = new Graph();
        ConcreteFunction preparation =
            ConcreteFunction.create(
                preparation(GraphOps.of(preparing), blueprint.input()), preparing)) {
      Operand<TString> files =
          tf.withName(IMAGE_BYTES).placeholder(TString.class, Placeholder.shape(Shape.of(-1)));
      Operand<TUint8> made =
          tf.mapDefun(
                  List.of(files),
                  List.of(),
                  List.of(TUint8.class),
                  List.of(Shape.of(side, side, 3)),
                  preparation)
              .output()
              .get(0)
              .expect(TUint8.class);
      Operand<TUint8> pixels = tf.withName(PIXELS).placeholderWithDefault(made, prepared);
      Operand<TFloat32> byLabel =
          ScoringGraph.fromBytes(KernelChoice.portable(tf), pixels, blueprint, kept);
      Operand<TFloat32> logits = tf.withName(LOGITS).identity(byLabel);
      float temperature = (float) weights.calibration().temperature();
      Operand<TFloat32> softmax = tf.nn.softmax(tf.math.div(byLabel, tf.constant(temperature)));
      Operand<TFloat32> scores =
          tf.withName(SCORES).gather(softmax, tf.constant(1), tf.constant(1));
      return MetaGraphDef.newBuilder()
          .setMetaInfoDef(
              MetaGraphDef.MetaInfoDef.newBuilder()
                  .addTags("serve")
                  .setTensorflowVersion(TensorFlow.version()))
          .putSignatureDef(PIXELS, signature(PIXELS, pixels, scores, logits))
          .putSignatureDef(IMAGE_BYTES, signature(IMAGE_BYTES, files, scores, logits));
    }
  }

  /** From a file's content to {@code [side, side, 3]}, in one resampling that also crops. */
  static Signature preparation(Ops tf, InputContract input) {
    Operand<TString> file =
        tf.withName("file").placeholder(TString.class, Placeholder.shape(Shape.scalar()));
    Operand<TUint8> decoded =
        tf.image.decodeJpeg(
            file,
            DecodeJpeg.channels(3L),
            DecodeJpeg.dctMethod("INTEGER_ACCURATE"),
            DecodeJpeg.fancyUpscaling(true));
    boolean floored = input.resize() instanceof Resize.FlooredCrop;
    Resize resize =
        input.resize() instanceof Resize.FlooredCrop crop ? crop.resize() : input.resize();
    Operand<TUint8> image =
        resize instanceof Resize.Tile tile ? tiled(tf, decoded, tile.side()) : decoded;
    Operand<TInt32> size = size(tf, image);
    Operand<TInt32> resized = resized(tf, resize, size);
    Operand<TFloat32> result =
        tf.image.scaleAndTranslate(
            tf.expandDims(image, tf.constant(0)),
            tf.constant(new int[] {input.side(), input.side()}),
            tf.math.div(
                tf.dtypes.cast(resized, TFloat32.class), tf.dtypes.cast(size, TFloat32.class)),
            tf.math.neg(centre(tf, resized, input.side(), floored)),
            ScaleAndTranslate.kernelType(kernel(resize)),
            ScaleAndTranslate.antialias(!(resize instanceof Resize.OpenCvSquare)));
    Operand<TInt32> shape = tf.constant(new int[] {input.side(), input.side(), 3});
    Operand<TFloat32> levels =
        tf.clipByValue(tf.math.rint(result), tf.constant(0f), tf.constant(255f));
    return Signature.builder()
        .input("file", file)
        .output("image", tf.dtypes.cast(tf.reshape(levels, shape), TUint8.class))
        .build();
  }

  /** Returns height and width of an image. */
  private static Operand<TInt32> size(Ops tf, Operand<TUint8> image) {
    return tf.slice(tf.shape(image), tf.constant(new int[] {0}), tf.constant(new int[] {2}));
  }

  private static Operand<TUint8> tiled(Ops tf, Operand<TUint8> image, int side) {
    Operand<TInt32> size = size(tf, image);
    Operand<TInt32> copies =
        tf.math.div(tf.math.add(size, tf.constant(side - 1)), size); // rounded up
    Operand<TInt32> needed =
        tf.select(
            tf.math.less(tf.min(size, tf.constant(0)), tf.constant(side)),
            copies,
            tf.onesLike(copies));
    return tf.tile(image, tf.concat(List.of(needed, tf.array(1)), tf.constant(0)));
  }

  /** Returns height and width after the resize, of those before it. */
  private static Operand<TInt32> resized(Ops tf, Resize resize, Operand<TInt32> size) {
    if (resize instanceof Resize.ShorterSide shorter) {
      Operand<TInt32> smallest = tf.min(size, tf.constant(0));
      return tf.math.div(tf.math.mul(size, tf.constant(shorter.side())), smallest);
    }
    if (resize instanceof Resize.Square square) {
      return tf.constant(new int[] {square.side(), square.side()});
    }
    if (resize instanceof Resize.OpenCvSquare square) {
      return tf.constant(new int[] {square.side(), square.side()});
    }
    checkArgument(
        resize instanceof Resize.None || resize instanceof Resize.Tile,
        "a SavedModel has no resize like %s",
        resize);
    return size;
  }

  private static String kernel(Resize resize) {
    if (resize instanceof Resize.ShorterSide shorter) {
      return kernel(shorter.filter());
    }
    // At scale 1 the triangle copies.
    return resize instanceof Resize.Square square ? kernel(square.filter()) : "triangle";
  }

  private static String kernel(Filter filter) {
    return switch (filter) {
      case BILINEAR -> "triangle";
      case BICUBIC -> "keyscubic";
      case LANCZOS -> "lanczos3";
    };
  }

  /** Returns where the centre crop starts; negative where it reaches over an edge. */
  private static Operand<TFloat32> centre(Ops tf, Operand<TInt32> size, int side, boolean floored) {
    Operand<TFloat32> half =
        tf.math.div(
            tf.dtypes.cast(tf.math.sub(size, tf.constant(side)), TFloat32.class), tf.constant(2f));
    Operand<TFloat32> inside = floored ? tf.math.floor(half) : tf.math.rint(half);
    return tf.select(tf.math.less(half, tf.constant(0f)), tf.math.ceil(half), inside);
  }

  private static SignatureDef signature(
      String name, Operand<?> input, Operand<TFloat32> scores, Operand<TFloat32> logits) {
    return SignatureDef.newBuilder()
        .setMethodName("tensorflow/serving/predict")
        .putInputs(name, tensor(input))
        .putOutputs(SCORES, tensor(scores))
        .putOutputs(LOGITS, tensor(logits))
        .build();
  }

  private static TensorInfo tensor(Operand<?> operand) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    for (long size : operand.shape().asArray()) {
      shape.addDim(TensorShapeProto.Dim.newBuilder().setSize(size));
    }
    return TensorInfo.newBuilder()
        .setName(operand.op().name() + ":0")
        .setDtype(operand.asOutput().dataType())
        .setTensorShape(shape)
        .build();
  }
}
