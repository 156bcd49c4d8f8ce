package org.genimage.attacks;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.common.io.ByteSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.genimage.data.Generator;
import org.genimage.data.ImageDataset;
import org.genimage.data.Label;
import org.genimage.data.Sample;
import org.genimage.data.image.Image;
import org.genimage.data.image.ImageBatch;
import org.genimage.data.image.Pixels;
import org.genimage.data.reference.ReferenceArray;
import org.genimage.data.reference.ReferenceData;
import org.genimage.data.reference.ReferenceInput;
import org.genimage.models.Blueprint;
import org.genimage.models.DifferentiableDetector;
import org.genimage.models.Head;
import org.genimage.models.InputContract;
import org.genimage.models.Resize;
import org.genimage.models.nn.Network;
import org.genimage.models.weights.Calibration;
import org.genimage.models.weights.Weights;

/** A victim of the fixtures, with its pictures and what other libraries' attacks made of them. */
enum ReferenceVictim {
  /** Two logits. */
  TWO("two", "two", "two", Head.NATURE_AI),
  /** One logit z, attacked through (0, z). */
  ONE("one", "one/zero_first", "zero_first", Head.AI_LOGIT),
  /** One logit z, attacked through (-z/2, z/2). */
  CENTRED("one", "one/centred", "centred", Head.NATURE_AI);

  private static final JsonNode JSON = ReferenceData.json("attacks/attacks.json");
  private static final Map<String, ReferenceArray> ARRAYS =
      ReferenceData.arrays("attacks/attacks.safetensors");

  private final String network;
  private final String prefix;
  private final String form;
  private final Head head;

  ReferenceVictim(String network, String prefix, String form, Head head) {
    this.network = network;
    this.prefix = prefix;
    this.form = form;
    this.head = head;
  }

  /** Returns the detector with its trained weights, to be closed by the caller. */
  DifferentiableDetector load() {
    return load("trained");
  }

  /** Returns the detector with these weights, {@code trained} or {@code filled}. */
  DifferentiableDetector load(String kind) {
    return load(kind, Calibration.NONE);
  }

  /** Returns the detector with these weights and this calibration. */
  DifferentiableDetector load(String kind, Calibration calibration) {
    int side = ARRAYS.get("images").shape().get(3);
    InputContract input =
        InputContract.of(new Resize.None(), side).normalised(floats("mean"), floats("std"));
    VictimNetwork victim = new VictimNetwork(network.equals("two") ? 2 : 1);
    return new Blueprint(network, this == CENTRED ? centred(victim) : victim, input, head)
        .load(weights(kind).calibrated(calibration));
  }

  private static Network centred(Network one) {
    return (scope, images) -> {
      var half = scope.tf().math.mul(one.logits(scope, images), scope.tf().constant(0.5f));
      return scope.tf().concat(List.of(scope.tf().math.neg(half), half), scope.tf().constant(1));
    };
  }

  private Weights weights(String kind) {
    try {
      Path file = Files.createTempFile("victim", ".safetensors");
      try {
        Files.write(file, ReferenceData.bytes("attacks/" + kind + "_" + network + ".safetensors"));
        return Weights.read(file);
      } finally {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<Float> floats(String name) {
    List<Float> values = new ArrayList<>();
    JSON.get(name).forEach(value -> values.add((float) value.asDouble()));
    return values;
  }

  /** Returns what the fixtures say of this victim. */
  JsonNode results() {
    return JSON.get("results").get(network).get(form);
  }

  /** Returns an array of this victim. */
  ReferenceArray array(String name) {
    return ARRAYS.get(prefix + "/" + name);
  }

  /** Returns an array of this victim as pixels. */
  Pixels pixels(String name) {
    return pixels(array(name));
  }

  /** Returns the gradient of the summed loss with the filled weights. */
  Pixels filledGradient() {
    return pixels(ARRAYS.get("filled_" + network + "/input_gradient_of_summed_loss"));
  }

  /** Returns z(ai) - z(nature) of each image with the filled weights. */
  double[] filledMargins() {
    return margins(ARRAYS.get("filled_" + network + "/clean_logits"));
  }

  private static Pixels pixels(ReferenceArray array) {
    int count = array.shape().get(0);
    int height = array.shape().get(2);
    int width = array.shape().get(3);
    return Pixels.of(
        count, height, width, ReferenceInput.toNhwc(array.floats(), count, 3, height, width));
  }

  /** Returns z(ai) - z(nature) of each image, from an array of this victim. */
  double[] margins(String name) {
    return margins(array(name));
  }

  private static double[] margins(ReferenceArray array) {
    float[] logits = array.floats();
    int outputs = array.shape().get(1);
    double[] margins = new double[logits.length / outputs];
    for (int i = 0; i < margins.length; i++) {
      margins[i] = outputs == 1 ? logits[i] : (double) logits[2 * i + 1] - logits[2 * i];
    }
    return margins;
  }

  /** Returns the settings of a library's attack, such as {@code foolbox_cw}. */
  static JsonNode settings(String name) {
    return JSON.get(name);
  }

  /** Returns the names of this victim's results that begin so, such as {@code fgsm_eps}. */
  List<String> names(String prefix) {
    List<String> names = new ArrayList<>();
    results().fieldNames().forEachRemaining(names::add);
    return names.stream().filter(name -> name.startsWith(prefix)).toList();
  }

  /** Returns z(ai) - z(nature) of each score. */
  static double[] margins(double[] scores) {
    return Arrays.stream(scores).map(score -> Math.log(score / (1 - score))).toArray();
  }

  /** Returns the labels of the few pictures. */
  static List<Label> labels() {
    return labels("labels");
  }

  private static List<Label> labels(String name) {
    return Arrays.stream(ARRAYS.get(name).longs())
        .mapToObj(index -> Label.values()[Math.toIntExact(index)])
        .toList();
  }

  /** Returns the few pictures. */
  static ImageBatch images() {
    return ImageBatch.of(images("images"));
  }

  private static List<Image> images(String name) {
    ReferenceArray array = ARRAYS.get(name);
    byte[] planes = array.bytes();
    int height = array.shape().get(2);
    int width = array.shape().get(3);
    int size = height * width;
    List<Image> images = new ArrayList<>();
    for (int n = 0; n < array.shape().get(0); n++) {
      byte[] rgb = new byte[3 * size];
      for (int i = 0; i < rgb.length; i++) {
        rgb[i] = planes[(3 * n + i % 3) * size + i / 3];
      }
      images.add(Image.of(width, height, rgb));
    }
    return images;
  }

  /** Returns the few pictures as PNG files. */
  static ImageDataset few() {
    return dataset(images("images"), labels("labels"));
  }

  /** Returns the many pictures as PNG files. */
  static ImageDataset many() {
    return dataset(images("many/images"), labels("many/labels"));
  }

  private static ImageDataset dataset(List<Image> images, List<Label> labels) {
    List<Sample> samples = new ArrayList<>();
    for (int i = 0; i < images.size(); i++) {
      samples.add(
          new Sample(
              i + ".png",
              ByteSource.wrap(images.get(i).toPng()),
              labels.get(i),
              Generator.STABLE_DIFFUSION_V1_4));
    }
    return ImageDataset.of(samples);
  }
}
