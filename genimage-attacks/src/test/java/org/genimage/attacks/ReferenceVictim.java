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
import org.genimage.data.Image;
import org.genimage.data.ImageBatch;
import org.genimage.data.ImageDataset;
import org.genimage.data.Label;
import org.genimage.data.Pixels;
import org.genimage.data.Sample;
import org.genimage.data.reference.ReferenceArray;
import org.genimage.data.reference.ReferenceData;
import org.genimage.data.reference.ReferenceInput;
import org.genimage.models.Blueprint;
import org.genimage.models.DifferentiableDetector;
import org.genimage.models.Head;
import org.genimage.models.InputContract;
import org.genimage.models.Resize;
import org.genimage.models.Weights;

/** A victim of the fixtures, with its pictures and what other libraries' attacks made of them. */
enum ReferenceVictim {
  /** Two logits. */
  TWO("two", "two", "two", Head.NATURE_AI),
  /** One logit z, attacked through (0, z). */
  ONE("one", "one/zero_first", "zero_first", Head.AI_LOGIT);

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
    int side = ARRAYS.get("images").shape().get(3);
    InputContract input =
        InputContract.of(new Resize.None(), side).normalised(floats("mean"), floats("std"));
    Blueprint blueprint = new Blueprint(network, new VictimNetwork(head.outputs()), input, head);
    return blueprint.load(weights());
  }

  private Weights weights() {
    try {
      Path file = Files.createTempFile("victim", ".safetensors");
      try {
        Files.write(file, ReferenceData.bytes("attacks/trained_" + network + ".safetensors"));
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
    ReferenceArray array = array(name);
    int count = array.shape().get(0);
    int height = array.shape().get(2);
    int width = array.shape().get(3);
    return Pixels.of(
        count, height, width, ReferenceInput.toNhwc(array.floats(), count, 3, height, width));
  }

  /** Returns z(ai) - z(nature) of each image, from an array of this victim. */
  double[] margins(String name) {
    float[] logits = array(name).floats();
    double[] margins = new double[logits.length / 2];
    for (int i = 0; i < margins.length; i++) {
      margins[i] = (double) logits[2 * i + 1] - logits[2 * i];
    }
    return margins;
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
