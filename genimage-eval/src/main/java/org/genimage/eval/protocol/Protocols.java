package org.genimage.eval.protocol;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.BiFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.genimage.data.Generator;
import org.genimage.eval.Degradation;
import org.genimage.eval.protocol.Protocol.Cell;
import org.genimage.eval.protocol.Protocol.Row;
import org.genimage.eval.protocol.Protocol.Run;

/**
 * The tables of the GenImage paper (Zhu et al. 2023): {@code supplement-1} to {@code supplement-6},
 * {@code main-2} to {@code main-5} and {@code main-content}. The values of the main text are from
 * the authors' repository; those of {@code main-2} are from a figure that others published.
 */
public final class Protocols {

  private static final String RESNET = "ResNet-50";
  private static final TrainingSet SD_1_4 = TrainingSet.of(Generator.STABLE_DIFFUSION_V1_4);
  private static final List<String> GENERATORS =
      Generator.GENIMAGE.stream().map(Generator::name).toList();

  private static final String WHOLE_SET =
      """
      ResNet-50 99.5
      DeiT-S 99.8
      Swin-T 99.9
      CNNSpot 98.3
      Spec 98.0
      F3Net 92.1
      GramNet 99.2
      """;

  private static final String UNSEEN =
      """
      Eight 93.4 97.5 97.9 90.2
      """;

  private static final String MORE_GENERATORS =
      """
      One 64.2 79.0 65.7 62.4
      Four 70.4 95.6 68.1 82.8
      Eight 93.4 97.5 97.9 90.2
      """;

  private static final String MATRIX =
      """
      Midjourney 98.8 76.4 76.9 64.1 78.9 71.4 52.5 50.1 71.1
      Stable_Diffusion_V1.4 54.9 99.9 99.7 53.5 61.9 98.2 56.6/56.2 52.0 72.1
      Stable_Diffusion_V1.5 54.4 99.8 99.9 52.7 60.1 98.5 56.9 51.3 71.7
      ADM 58.6 53.1 53.2 99.0 97.1 53.0 61.5 88.3 70.4
      GLIDE 50.7 50.0 50.1 56.0 99.9 50.3 51.0 74.0 60.2
      Wukong 54.5 99.7 99.6 51.4 58.3 99.9 58.7 50.9 71.6
      VQDM 50.1 50.0 50.0 50.7 60.1 50.2 99.9 66.8 59.7
      BigGAN 49.9 49.9 49.9 50.6 68.4 49.9 50.6 99.9 58.6
      """;

  private static final String TRAINED_ON_SD_1_4 =
      """
      ResNet-50 54.9 99.9 99.7 53.5 61.9 98.2 56.6 52.0 72.1
      DeiT-S 55.6 99.9 99.8 49.8 58.1 98.9 56.9 53.5 71.6
      Swin-T 62.1 99.9 99.8 49.8 67.6 99.1 62.3 57.6 74.8
      CNNSpot 52.8 96.3 95.9 50.1 39.8 78.6 53.4 46.8 64.2
      Spec 52.0 99.4 99.2 49.7 49.8 94.8 55.6 49.8 68.8
      F3Net 50.1 99.9 99.9 49.9 50.0 99.9 49.9 49.9 68.7
      GramNet 54.2 99.2 99.1 50.3 54.6 98.9 50.8 51.7 69.9
      """;

  private static final String CROSS_VALIDATION =
      """
      ResNet-50 59.0 72.3 72.4 59.7 73.1 71.4 60.9 66.6 66.9
      DeiT-S 60.7 74.2 74.2 59.5 71.1 73.1 61.7 66.3 67.6
      Swin-T 61.7 76.0 76.1 61.3 76.9 75.1 65.8 69.5 70.3
      CNNSpot 58.2 70.3 70.2 57.0 57.1 67.7 56.7 56.6 61.7
      Spec 56.7 72.4 72.3 57.9 65.4 70.3 61.7 64.3 65.1
      F3Net 55.1 73.1 73.1 66.5 57.8 72.3 62.1 56.5 64.6
      GramNet 58.1 72.8 72.7 58.7 65.3 71.3 57.8 61.2 64.7
      """;

  private static final String DEGRADED =
      """
      ResNet-50 96.2 57.4 51.9 51.2 97.9 69.4 70.6
      DeiT-S 97.1 54.0 55.6 50.5 94.4 67.2 69.8
      Swin-T 97.4 54.6 52.5 50.9 94.5 52.5 67.0
      CNNSpot 50.0 50.0 97.3 97.3 97.4 77.9 78.3
      Spec 50.0 49.9 50.8 50.4 49.9 49.9 50.1
      F3Net 50.0 50.0 89.0 74.4 57.9 51.7 62.1
      GramNet 98.8 94.9 68.8 53.4 95.9 81.6 82.2
      """;

  /** The degradations of {@code main-5}, in the order of its columns. */
  public static final List<Degradation> DEGRADATIONS =
      List.of(
          Degradation.lowResolution(112),
          Degradation.lowResolution(64),
          Degradation.jpeg(65),
          Degradation.jpeg(30),
          Degradation.gaussianBlur(3),
          Degradation.gaussianBlur(5));

  private static final List<String> UNSEEN_GENERATORS =
      List.of("NVAE", "CogView2", "StyleGAN", "IF");

  private Protocols() {}

  /** Returns supplement, table 1: all seven detectors, trained and tested on all of GenImage. */
  public static Protocol wholeSet() {
    return table(
        "supplement-1",
        "Trained and tested on all of GenImage",
        List.of(),
        List.of("GenImage"),
        WHOLE_SET,
        (row, column) -> List.of(Run.of(row, TrainingSet.GENIMAGE, TestImages.GENIMAGE)));
  }

  /**
   * Returns supplement, table 2: ResNet-50 under attack. The attacks of its runs are named {@code
   * FGSM} and {@code CW-L2}, as the paper and genimage-attacks name them.
   */
  public static Protocol attacks() {
    Run clean = Run.of(RESNET, SD_1_4, TestImages.of(Generator.STABLE_DIFFUSION_V1_4));
    return new Protocol(
        "supplement-2",
        "ResNet-50 under attack, on Stable Diffusion V1.4",
        List.of(
            "The paper names the attacks, but no budget, training set or accuracy without attack.",
            "Here the detector is trained on Stable Diffusion V1.4."),
        List.of("Clean", "FGSM", "CW-L2"),
        List.of(
            new Row(
                RESNET,
                List.of(
                    new Cell(List.of(clean), List.of()),
                    new Cell(List.of(clean.attacked("FGSM")), List.of(88.0)),
                    new Cell(List.of(clean.attacked("CW-L2")), List.of(99.9))),
                OptionalDouble.empty())));
  }

  /** Returns supplement, table 3: ResNet-50 trained on GenImage, tested on other generators. */
  public static Protocol unseenGenerators() {
    return table(
        "supplement-3",
        "ResNet-50 trained on GenImage, tested on generators outside it",
        List.of(),
        UNSEEN_GENERATORS,
        UNSEEN.replace("Eight", RESNET),
        (row, column) -> List.of(unseen(TrainingSet.GENIMAGE, column)));
  }

  /**
   * Returns supplement, table 4: ResNet-50 trained on one, four and eight generators, tested on
   * generators outside GenImage.
   */
  public static Protocol moreGenerators() {
    List<TrainingSet> sets =
        List.of(
            SD_1_4,
            TrainingSet.of(
                Generator.STABLE_DIFFUSION_V1_4,
                Generator.MIDJOURNEY,
                Generator.BIGGAN,
                Generator.ADM),
            TrainingSet.GENIMAGE);
    List<String> names = List.of("One", "Four", "Eight");
    return table(
        "supplement-4",
        "ResNet-50 trained on one, four and eight generators, tested on others",
        List.of(
            "One: Stable Diffusion V1.4. Four: it, Midjourney, BigGAN and ADM. Eight: GenImage."),
        UNSEEN_GENERATORS,
        MORE_GENERATORS,
        (row, column) -> List.of(unseen(sets.get(names.indexOf(row)), column)));
  }

  private static Run unseen(TrainingSet training, int column) {
    return Run.of(RESNET, training, TestImages.named(UNSEEN_GENERATORS.get(column)));
  }

  /** Returns supplement, table 5: ResNet-50 on richer prompts, image-to-image and multi-object. */
  public static Protocol contents() {
    return named(
        "supplement-5",
        "ResNet-50 trained on GenImage, tested on other ways to make images",
        List.of("The paper gives no version of Stable Diffusion."),
        List.of("Richer text", "Image-to-image", "Multi-object"),
        RESNET + " 99.9 99.3 99.9");
  }

  /** Returns supplement, table 6: ResNet-50 trained on GenImage, tested on groups of people. */
  public static Protocol groups() {
    return named(
        "supplement-6",
        "ResNet-50 trained on GenImage, tested on groups of people",
        List.of(
            "Natural images are from FairFace and BGVP. The paper does not define the third group."),
        List.of("Children", "Women", "Racialized persons", "Elderly", "Living with disabilities"),
        RESNET + " 99.9 99.8 99.9 99.9 99.8");
  }

  /** Returns ResNet-50 on faces and art, without the published values, which are not available. */
  public static Protocol newContent() {
    Row row =
        new Row(
            RESNET,
            Stream.of("Face", "Art")
                .map(
                    test ->
                        new Cell(
                            List.of(Run.of(RESNET, TrainingSet.GENIMAGE, TestImages.named(test))),
                            List.of()))
                .toList(),
            OptionalDouble.empty());
    return new Protocol(
        "main-content",
        "ResNet-50 trained on GenImage, tested on faces and art",
        List.of("The published values are not available here; they are said to be above 95 %."),
        List.of("Face", "Art"),
        List.of(row));
  }

  private static Protocol named(
      String name, String title, List<String> notes, List<String> tests, String figures) {
    return table(
        name,
        title,
        notes,
        tests,
        figures,
        (row, column) ->
            List.of(Run.of(row, TrainingSet.GENIMAGE, TestImages.named(tests.get(column)))));
  }

  /** Returns table 2: ResNet-50 trained on each generator and tested on each. */
  public static Protocol crossGenerator() {
    return table(
        "main-2",
        "ResNet-50 trained on the row's generator, tested on the column's",
        List.of(
            "For VQDM after training on Stable Diffusion V1.4 the authors' repository gives 56.6 and"
                + " a figure 56.2; the nearer one counts."),
        GENERATORS,
        MATRIX,
        (row, column) ->
            List.of(
                Run.of(
                    RESNET,
                    TrainingSet.of(Generator.GENIMAGE.get(GENERATORS.indexOf(row))),
                    TestImages.of(Generator.GENIMAGE.get(column)))));
  }

  /**
   * Returns table 3: seven detectors trained on Stable Diffusion V1.4, tested on each generator.
   */
  public static Protocol trainedOnOne() {
    return table(
        "main-3",
        "Trained on Stable Diffusion V1.4, tested on each generator",
        List.of(),
        GENERATORS,
        TRAINED_ON_SD_1_4,
        (row, column) ->
            List.of(Run.of(row, SD_1_4, TestImages.of(Generator.GENIMAGE.get(column)))));
  }

  /**
   * Returns table 4: seven detectors, each cell the mean over trainings on the eight generators.
   */
  public static Protocol crossValidation() {
    return table(
        "main-4",
        "Mean over eight trainings, one per generator, tested on the column's",
        List.of(),
        GENERATORS,
        CROSS_VALIDATION,
        (row, column) ->
            Generator.GENIMAGE.stream()
                .map(
                    training ->
                        Run.of(
                            row,
                            TrainingSet.of(training),
                            TestImages.of(Generator.GENIMAGE.get(column))))
                .toList());
  }

  /**
   * Returns table 5: seven detectors trained on Stable Diffusion V1.4, on degraded images of it.
   */
  public static Protocol degraded() {
    return table(
        "main-5",
        "Trained on Stable Diffusion V1.4, tested on degraded images of it",
        List.of(
            "The paper does not give the procedure. Here the test image is degraded before the"
                + " detector's own preprocessing."),
        List.of("LR 112", "LR 64", "JPEG 65", "JPEG 30", "Blur σ 3", "Blur σ 5"),
        DEGRADED,
        (row, column) ->
            List.of(
                Run.of(row, SD_1_4, TestImages.of(Generator.STABLE_DIFFUSION_V1_4))
                    .degraded(DEGRADATIONS.get(column))));
  }

  /** Returns every table of this class. */
  public static List<Protocol> all() {
    return List.of(
        wholeSet(),
        attacks(),
        unseenGenerators(),
        moreGenerators(),
        contents(),
        groups(),
        newContent(),
        crossGenerator(),
        trainedOnOne(),
        crossValidation(),
        degraded());
  }

  /**
   * Returns the table of this name.
   *
   * @param name such as {@code main-2}
   * @throws IllegalArgumentException if there is none
   */
  public static Protocol named(String name) {
    List<String> names = all().stream().map(Protocol::name).toList();
    checkArgument(names.contains(name), "table must be one of %s, got %s", names, name);
    return all().get(names.indexOf(name));
  }

  /** Reads lines of a name, a figure per column and perhaps an average. */
  private static Protocol table(
      String name,
      String title,
      List<String> notes,
      List<String> columns,
      String figures,
      BiFunction<String, Integer, List<Run>> runs) {
    List<Row> rows = new ArrayList<>();
    for (String line : figures.lines().toList()) {
      String[] words = line.split(" ");
      String row = words[0].replace('_', ' ');
      OptionalDouble average =
          words.length > columns.size() + 1
              ? OptionalDouble.of(Double.parseDouble(words[columns.size() + 1]))
              : OptionalDouble.empty();
      List<Cell> cells =
          IntStream.range(0, columns.size())
              .mapToObj(
                  column ->
                      new Cell(
                          runs.apply(row, column),
                          Stream.of(words[column + 1].split("/")).map(Double::valueOf).toList()))
              .toList();
      rows.add(new Row(row, cells, average));
    }
    return new Protocol(name, title, notes, columns, rows);
  }
}
