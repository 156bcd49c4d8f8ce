package org.genimage.benchmarks;

import static org.genimage.benchmarks.Measurements.median;
import static org.genimage.benchmarks.Measurements.print;
import static org.genimage.benchmarks.Measurements.secondsSince;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import javax.imageio.ImageIO;
import org.genimage.data.Generator;
import org.genimage.data.ImageDataset;
import org.genimage.data.Label;
import org.genimage.data.Sample;
import org.genimage.data.image.Filter;
import org.genimage.data.image.Image;
import org.genimage.data.image.ImageBatch;
import org.genimage.data.image.Transforms;
import org.genimage.eval.Evaluation;
import org.genimage.eval.EvaluationResult;
import org.genimage.eval.Metrics;
import org.genimage.eval.report.Report;
import org.genimage.models.Blueprint;
import org.genimage.models.Detector;
import org.genimage.models.Detectors;

/**
 * Measures an evaluation. {@code scoring} prints how many images per second ResNet-50 scores from
 * JPEG files of 500x375 pixels and how many from memory, measured in turns (5 rounds of 320 files,
 * or as many as the second and third argument say), and the time that reading takes. {@code report}
 * reads scores from a file, 100,000 or as many as the second argument says, and writes their
 * report.
 */
public final class EvaluationBenchmark {

  private static final int BATCH = 32;
  private static final String SCORES = "100000";

  private EvaluationBenchmark() {}

  /** Takes {@code scoring} or {@code report}, and how much. */
  public static void main(String[] arguments) throws IOException {
    Path folder = Files.createTempDirectory("genimage-benchmark");
    try {
      if (arguments[0].equals("scoring")) {
        boolean given = arguments.length > 2;
        scoring(
            folder,
            given ? Integer.parseInt(arguments[1]) : 5,
            given ? Integer.parseInt(arguments[2]) : 320);
      } else {
        report(folder, Integer.parseInt(arguments.length > 1 ? arguments[1] : SCORES));
      }
    } finally {
      MoreFiles.deleteRecursively(folder, RecursiveDeleteOption.ALLOW_INSECURE);
    }
  }

  private static void scoring(Path folder, int rounds, int count) throws IOException {
    ImageDataset files = jpegFiles(folder, count);
    Blueprint resnet50 = Detectors.resnet50();
    try (Detector detector = resnet50.load(resnet50.initialWeights(1))) {
      ImageBatch batch =
          ImageBatch.of(
              Collections.nCopies(BATCH, detector.input().prepare(files.sample(0).image())));
      Evaluation evaluation = Evaluation.of(detector, files).batchSize(BATCH);
      bare(detector, batch, count);
      evaluation.run();
      List<Double> bare = new ArrayList<>();
      List<Double> whole = new ArrayList<>();
      for (int round = 0; round < rounds; round++) {
        bare.add(bare(detector, batch, count));
        EvaluationResult result = evaluation.file(folder.resolve(round + ".jsonl")).run();
        whole.add(count / (result.duration().toNanos() / 1e9));
      }
      long start = System.nanoTime();
      for (Sample sample : files.samples()) {
        detector.input().prepare(sample.image());
      }
      double reading = secondsSince(start) / count;
      double scoring = 1 / median(bare);
      print("mean_file_kb", bytes(files) / 1e3 / count);
      print("bare_images_per_s", median(bare));
      print("evaluation_images_per_s", median(whole));
      print("share_of_bare", median(whole) / median(bare));
      print("reading_ms_on_one_core", 1e3 * reading);
      print("scoring_ms_on_all_cores", 1e3 * scoring);
      int cores = Runtime.getRuntime().availableProcessors();
      print("share_if_reading_takes_from_scoring", scoring / (scoring + reading / cores));
    }
  }

  /** Returns how many images per second the detector scores from memory. */
  private static double bare(Detector detector, ImageBatch batch, int count) {
    long start = System.nanoTime();
    for (int i = 0; i < count / BATCH; i++) {
      detector.score(batch);
    }
    return count / secondsSince(start);
  }

  private static double bytes(ImageDataset files) throws IOException {
    double bytes = 0;
    for (Sample sample : files.samples()) {
      bytes += sample.content().size();
    }
    return bytes;
  }

  private static ImageDataset jpegFiles(Path folder, int count) throws IOException {
    List<Sample> samples = new ArrayList<>();
    SplittableRandom random = new SplittableRandom(1);
    byte[] noise = new byte[3 * 125 * 94];
    for (int i = 0; i < count; i++) {
      random.nextBytes(noise);
      Image image =
          Transforms.resize(500, 375, Filter.BICUBIC).apply(Image.of(125, 94, noise), random);
      ByteArrayOutputStream jpeg = new ByteArrayOutputStream();
      ImageIO.write(image.toBufferedImage(), "jpeg", jpeg);
      Path file = Files.write(folder.resolve(i + ".JPEG"), jpeg.toByteArray());
      samples.add(Sample.of(file, Label.values()[i % 2], Generator.ADM));
    }
    return ImageDataset.of(samples);
  }

  private static void report(Path folder, int count) throws IOException {
    Path scores = folder.resolve("scores.jsonl");
    StringBuilder lines = new StringBuilder();
    lines.append(
        "{\"format\":\"genimage-scores\",\"detector\":\"ResNet-50\",\"threshold\":0.5,"
            + "\"degradation\":\"\",\"data\":\"%s\",\"images\":%s,\"provenance\":{}}\n"
                .formatted("0".repeat(64), count));
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < count; i++) {
      boolean ai = i % 2 == 1;
      double score = 1 / (1 + Math.exp((ai ? -2 : 2) - 1.5 * random.nextGaussian()));
      lines.append(
          String.format(
              Locale.ROOT,
              "{\"name\":\"val/%s/%08d.JPEG\",\"generator\":\"%s\",\"label\":\"%s\",\"score\":%s}\n",
              ai ? "ai" : "nature",
              i,
              Generator.GENIMAGE.get(i % 16 / 2).name(),
              ai ? "ai" : "nature",
              score));
    }
    Files.writeString(scores, lines);
    lines.setLength(0);
    long start = System.nanoTime();
    EvaluationResult result = EvaluationResult.read(scores);
    print("read_s", secondsSince(start));
    start = System.nanoTime();
    Metrics.all().forEach(metric -> metric.of(result.scores()));
    print("all_metrics_s", secondsSince(start));
    start = System.nanoTime();
    Report report = Report.builder(count + " scores", result).manifest(Map.of("seed", "1")).build();
    report.write(folder.resolve("report.html"));
    report.writeTables(folder);
    print("report_s", secondsSince(start));
    print("report_kb", report.html().length() / 1e3);
    print("heap_limit_mb", Runtime.getRuntime().maxMemory() / 1e6);
    print(
        "heap_peak_mb",
        ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == MemoryType.HEAP)
                .mapToLong(pool -> pool.getPeakUsage().getUsed())
                .sum()
            / 1e6);
  }
}
