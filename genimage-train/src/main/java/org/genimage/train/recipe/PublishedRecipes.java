package org.genimage.train.recipe;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.genimage.data.Sampling;
import org.genimage.data.image.Filter;
import org.genimage.data.image.RandomStateAugmentation;
import org.genimage.models.Blueprint;
import org.genimage.models.Detectors;
import org.genimage.models.Head;
import org.genimage.models.Resize;
import org.genimage.models.networks.F3NetVariant;
import org.genimage.models.nn.Drop;
import org.genimage.train.recipe.ImageStep.Blur;
import org.genimage.train.recipe.ImageStep.CenterCrop;
import org.genimage.train.recipe.ImageStep.ColourJitter;
import org.genimage.train.recipe.ImageStep.Flip;
import org.genimage.train.recipe.ImageStep.Jpeg;
import org.genimage.train.recipe.ImageStep.Mask;
import org.genimage.train.recipe.ImageStep.PaddedCrop;
import org.genimage.train.recipe.ImageStep.QuarterTurn;
import org.genimage.train.recipe.ImageStep.RandomCrop;
import org.genimage.train.recipe.ImageStep.RandomSquare;
import org.genimage.train.recipe.ImageStep.RandomStates;
import org.genimage.train.recipe.ImageStep.Resized;
import org.genimage.train.recipe.ImageStep.Rotation;
import org.genimage.train.recipe.ImageStep.SmallerCrop;
import org.genimage.train.recipe.Optimizer.Adam;
import org.genimage.train.recipe.Optimizer.AdamW;
import org.genimage.train.recipe.Optimizer.Clipped;
import org.genimage.train.recipe.Optimizer.Sgd;
import org.genimage.train.recipe.Schedule.Constant;
import org.genimage.train.recipe.Schedule.Cosine;
import org.genimage.train.recipe.Schedule.Every;
import org.genimage.train.recipe.Schedule.Late;
import org.genimage.train.recipe.Schedule.Plateau;
import org.genimage.train.recipe.Schedule.Scaled;
import org.genimage.train.recipe.Schedule.Step;
import org.genimage.train.recipe.Schedule.StepCosine;
import org.genimage.train.recipe.Schedule.Warmup;

/**
 * The published recipe of each detector. A recipe lists the values that the GenImage paper's
 * supplement states and those that are inferred; all others are the detector's official
 * repository's, for detectors that the paper does not have all of them. To add one, write a method
 * and put it into {@link #TABLE}.
 */
final class PublishedRecipes {

  /** The batch size for which the scripts of DeiT and Swin state their learning rates. */
  private static final double RATE_BATCH = 512;

  /** By the name of the detector, in the order of the paper's tables. */
  private static final Map<String, Entry> TABLE = table();

  /**
   * A row of the table.
   *
   * @param open the readings that the detector's sources leave open
   * @param recipe makes the recipe, with some of these readings
   */
  private record Entry(Set<Reading> open, BiFunction<Blueprint, Set<Reading>, Recipe> recipe) {}

  private PublishedRecipes() {}

  private static Map<String, Entry> table() {
    Map<String, Entry> table = new LinkedHashMap<>();
    table.put(Detectors.resnet50().name(), new Entry(Set.of(), (net, chosen) -> resnet50()));
    table.put(
        Detectors.deitSmall().name(),
        new Entry(
            EnumSet.of(Reading.SCALED_RATE, Reading.REPEATED_AUGMENTATION),
            (net, chosen) -> deitSmall(chosen)));
    table.put(
        Detectors.swinTiny().name(),
        new Entry(
            EnumSet.of(Reading.SCALED_RATE),
            (net, chosen) -> swinTiny(chosen.contains(Reading.SCALED_RATE))));
    table.put(
        Detectors.cnnSpot().name(),
        new Entry(
            EnumSet.of(Reading.STEADY_RATE),
            (net, chosen) -> cnnSpot(chosen.contains(Reading.STEADY_RATE))));
    table.put(
        Detectors.spec().name(),
        new Entry(
            EnumSet.of(Reading.DECAYING_RATE),
            (net, chosen) -> spec(chosen.contains(Reading.DECAYING_RATE))));
    // ORIGINAL is an Xception without frequencies, not the paper's F3Net.
    for (F3NetVariant variant : EnumSet.complementOf(EnumSet.of(F3NetVariant.ORIGINAL))) {
      table.put(
          Detectors.f3Net(variant, Head.AI_LOGIT).name(),
          new Entry(Set.of(), (net, chosen) -> f3Net(net.head())));
    }
    table.put(Detectors.gramNet().name(), new Entry(Set.of(), (net, chosen) -> gramNet()));
    table.put(
        Detectors.communityForensics().name(),
        new Entry(Set.of(), (net, chosen) -> communityForensics(440, 384)));
    table.put(
        Detectors.communityForensics224().name(),
        new Entry(Set.of(), (net, chosen) -> communityForensics(256, 224)));
    table.put(Detectors.univFd().name(), new Entry(Set.of(), (net, chosen) -> univFd()));
    table.put(Detectors.safe().name(), new Entry(Set.of(), (net, chosen) -> safe()));
    for (Blueprint size : List.of(Detectors.ferretNet(), Detectors.ferretNetSmall())) {
      table.put(size.name(), new Entry(Set.of(), (net, chosen) -> ferretNet()));
    }
    table.put(Detectors.residuals().name(), new Entry(Set.of(), (net, chosen) -> residuals()));
    table.put(
        Detectors.npr().name(),
        new Entry(
            EnumSet.of(Reading.GENIMAGE_PROTOCOL),
            (net, chosen) -> npr(chosen.contains(Reading.GENIMAGE_PROTOCOL))));
    return table;
  }

  static Recipe of(Blueprint blueprint, List<Reading> readings) {
    Entry entry = TABLE.get(blueprint.name());
    checkArgument(
        entry != null,
        "expected a detector with a published recipe (%s), got %s; build a recipe with Recipe.of",
        String.join(", ", TABLE.keySet()),
        blueprint.name());
    for (Reading reading : readings) {
      checkArgument(
          entry.open().contains(reading),
          "the reading %s applies to %s, got %s",
          reading,
          detectors(reading),
          blueprint.name());
    }
    return entry.recipe().apply(blueprint, Set.copyOf(readings));
  }

  private static List<String> detectors(Reading reading) {
    return TABLE.entrySet().stream()
        .filter(row -> row.getValue().open().contains(reading))
        .map(Map.Entry::getKey)
        .toList();
  }

  /**
   * The command that the benchmark's Readme prints, with timm 0.6.12's defaults. The schedule's 200
   * epochs are the paper's; 10 more at its minimum follow from timm's cooldown.
   */
  private static Recipe resnet50() {
    Recipe recipe =
        Recipe.of(
            new Sgd(0.9, 0, true, Decay.ofMatrices(2e-5)),
            new Cosine(0.05, 1e-6, 200, new Warmup(3, 1e-4, false), Every.EPOCH),
            210,
            64,
            new Loss.JsdCrossEntropy(3, 12, 0.1),
            ImageRecipe.augMix());
    return recipe.published(
        List.of(
            "optimizer",
            "schedule",
            "schedule.base",
            "schedule.epochs",
            "batchSize",
            "loss",
            "images.erasing"),
        List.of("precision"));
  }

  /** facebookresearch/deit: main.py. */
  private static Recipe deitSmall(Set<Reading> readings) {
    boolean scaled = readings.contains(Reading.SCALED_RATE);
    boolean repeated = readings.contains(Reading.REPEATED_AUGMENTATION);
    int batch = 256;
    double rate = scaled ? 2e-4 * batch / RATE_BATCH : 2e-4;
    Recipe recipe =
        Recipe.of(
                AdamW.of(Decay.ofMatrices(0.05, "pos_embed", "cls_token")),
                new Late(
                    new Cosine(rate, 1e-5, 300, new Warmup(5, 1e-6, false), Every.EPOCH),
                    Every.EPOCH),
                300,
                batch,
                new Loss.CrossEntropy(0.1),
                ImageRecipe.mixed())
            .sampling(repeated ? Sampling.REPEATED : Sampling.EACH_ONCE)
            .drop(new Drop(0, 0.1))
            .average(new Average(0.99996, false))
            .seed(0);
    List<String> paper =
        List.of(
            "optimizer",
            "schedule.schedule.warmup.epochs",
            "schedule.schedule.warmup.start",
            "epochs",
            "batchSize",
            "images.erasing");
    List<String> inferred = List.of("precision");
    String base = "schedule.schedule.base";
    return scaled
        ? recipe.published(paper, and(inferred, base))
        : recipe.published(and(paper, base), inferred);
  }

  /** microsoft/Swin-Transformer: config.py and swin_tiny_patch4_window7_224.yaml. */
  private static Recipe swinTiny(boolean scaled) {
    int batch = 128;
    Schedule published = new Cosine(5e-4, 5e-6, 300, new Warmup(20, 5e-7, true), Every.STEP);
    Schedule rates = scaled ? new Scaled(published, batch / RATE_BATCH) : published;
    Recipe recipe =
        Recipe.of(
                new Clipped(AdamW.of(Decay.ofMatrices(0.05, "relative_position_bias_table")), 5),
                new Late(rates, Every.STEP),
                300,
                batch,
                new Loss.CrossEntropy(0.1),
                ImageRecipe.mixed())
            .drop(new Drop(0, 0.2))
            .seed(0);
    String cosine = scaled ? "schedule.schedule.schedule." : "schedule.schedule.";
    return recipe.published(
        List.of(
            "optimizer.rule",
            cosine + "base",
            cosine + "warmup.epochs",
            cosine + "warmup.start",
            "epochs",
            "batchSize",
            "images.erasing"),
        scaled ? List.of("schedule.schedule.factor", "precision") : List.of("precision"));
  }

  /** PeterWang512/CNNDetection: train.py, earlystop.py, data/datasets.py. */
  private static Recipe cnnSpot(boolean steady) {
    Recipe recipe =
        Recipe.of(
                Adam.of(Decay.NONE),
                steady ? new Constant(5e-4) : new Plateau(5e-4, 1e-6, 5, 0.001, 0.002),
                30,
                64,
                new Loss.BinaryCrossEntropy(),
                blurAndJpeg())
            .dropLast(false)
            .start(Start.imageNet("resnet50-19c8e357.pth"));
    return recipe.published(
        List.of(
            "optimizer",
            steady ? "schedule.rate" : "schedule.base",
            "epochs",
            "batchSize",
            "images.shared.Blur.probability",
            "images.shared.Jpeg.probability"),
        steady ? List.of("schedule", "precision", "seed") : List.of("precision", "seed"));
  }

  /**
   * ColumbiaDVMM/AutoGAN: GAN_Detection_Train.py, run_training.py. That every image becomes 256
   * pixels square is inferred: the authors' images are.
   */
  private static Recipe spec(boolean decaying) {
    double rate = 2e-4;
    Recipe recipe =
        Recipe.of(
                new Sgd(0.9, 0.9, false, Decay.of(1e-4)),
                decaying
                    ? new Late(new Step(rate, 1, 0.99, Warmup.NONE), Every.EPOCH)
                    : new Constant(rate),
                64,
                64,
                new Loss.CrossEntropy(0),
                ImageRecipe.of(new Resized(new Resize.OpenCvSquare(256)), new RandomCrop()))
            .dropLast(false)
            .start(Start.imageNet("resnet34-333f7ec4.pth"));
    return recipe.published(
        decaying
            ? List.of(
                "optimizer",
                "optimizer.decay.rate",
                "schedule.schedule.base",
                "schedule.schedule.factor",
                "epochs")
            : List.of("optimizer", "optimizer.decay.rate", "schedule.rate", "epochs"),
        List.of("images.shared.Resized.to", "images.shared.Resized.to.side", "precision", "seed"));
  }

  /** yyk-wew/F3Net: train.py, trainer.py, utils.py; of two outputs the loss is inferred. */
  private static Recipe f3Net(Head head) {
    boolean one = head.outputs() == 1;
    Recipe recipe =
        Recipe.of(
                Adam.of(Decay.NONE),
                new Constant(2e-4),
                5,
                12,
                one ? new Loss.BinaryCrossEntropy() : new Loss.CrossEntropy(0),
                ImageRecipe.of(new Resized(new Resize.Square(299, Filter.BICUBIC)), new Flip(0.5)))
            .sampling(Sampling.BALANCED)
            .drop(new Drop(0.2, 0))
            .start(Start.imageNet("xception-b5690688.pth"));
    return recipe.published(
        one
            ? List.of("optimizer", "schedule.rate", "epochs", "batchSize", "loss")
            : List.of("optimizer", "schedule.rate", "epochs", "batchSize"),
        one
            ? List.of("precision", "seed")
            : List.of("loss", "loss.smoothing", "precision", "seed"));
  }

  /** liuzhengzhe/Global_Texture_Enhancement_...: stylegan-ffhq/main.py. */
  private static Recipe gramNet() {
    Recipe recipe =
        Recipe.of(
                Adam.of(Decay.of(1e-4)),
                new Constant(1e-5),
                5,
                14,
                new Loss.NegativeLogLikelihood(),
                ImageRecipe.of(
                    new RandomSquare(64, 256), new Resized(new Resize.OpenCvSquare(512))))
            .dropLast(false)
            .drop(new Drop(0.5, 0))
            .start(Start.imageNet("resnet18-5c106cde.pth"));
    return recipe.published(
        List.of(
            "optimizer", "optimizer.decay.rate", "schedule.rate", "epochs", "batchSize", "loss"),
        List.of("precision", "seed"));
  }

  /**
   * JeongsooP/Community-Forensics: train.py, utils.py, dataloader.py, custom_transforms.py, with
   * the arguments of example_train.sh. It trains for 52,000 steps of 512 images, which are 4.9
   * epochs over the authors' 5.4 million; that this makes 5 epochs is inferred.
   */
  private static Recipe communityForensics(int shorterSide, int side) {
    int epochs = 5;
    Recipe recipe =
        Recipe.of(
                new Clipped(AdamW.of(Decay.of(1e-2)), 1),
                new StepCosine(2e-5, 2e-8, epochs, 0.2),
                epochs,
                512,
                new Loss.BinaryCrossEntropy(),
                ImageRecipe.of(
                    new Resized(new Resize.ShorterSide(shorterSide, Filter.BILINEAR)),
                    new RandomStates(RandomStateAugmentation.published()),
                    new RandomCrop()))
            .dropLast(false)
            .start(Start.imageNet("vit_small_patch16_%s.augreg_in21k_ft_in1k".formatted(side)));
    return recipe.published(List.of(), List.of("schedule.epochs", "epochs", "precision"));
  }

  /**
   * WisconsinAIVision/UniversalFakeDetect: train.py with --fix_backbone, networks/trainer.py,
   * data/datasets.py. Its rule of the rate is a file that the repository lacks; that it is
   * CNNSpot's is inferred.
   */
  private static Recipe univFd() {
    Recipe recipe =
        Recipe.of(
                AdamW.of(Decay.NONE),
                new Plateau(1e-4, 1e-6, 5, 0.001, 0.002),
                100,
                256,
                new Loss.BinaryCrossEntropy(),
                blurAndJpeg())
            .dropLast(false)
            .frozen(List.of("visual\\..*"))
            .start(Start.published("ViT-L-14.pt"));
    return recipe.published(List.of(), List.of("schedule", "precision", "seed"));
  }

  /** CNNSpot's augmentation, for training and for validation. */
  private static ImageRecipe blurAndJpeg() {
    ImageStep shorterSide = new Resized(new Resize.ShorterSide(256, Filter.BILINEAR));
    return ImageRecipe.of(
            shorterSide,
            new Blur(0.5, 0, 3),
            new Jpeg(0.5, 30, 100),
            new RandomCrop(),
            new Flip(0.5))
        .validating(
            List.of(shorterSide, new Blur(0.5, 1.5, 1.5), new Jpeg(0.5, 65, 65), new CenterCrop()));
  }

  /**
   * Ouxiang-Li/SAFE: main_finetune.py, scripts/train.sh, data/datasets.py. Its four processes
   * normalise with 32 images each; so do four parts.
   */
  private static Recipe safe() {
    int epochs = 20;
    Recipe recipe =
        Recipe.of(
                AdamW.of(Decay.ofMatrices(0.01)),
                new Cosine(5e-3, 1e-6, epochs, new Warmup(1, 0, true), Every.STEP),
                epochs,
                128,
                new Loss.CrossEntropy(0.1),
                ImageRecipe.of(
                    new PaddedCrop(),
                    new Flip(0.5),
                    new Rotation(180),
                    new ColourJitter(0.5, 0.5, 0.5),
                    new Mask(0.5, 0.75, 16)))
            .parts(4);
    return recipe.published(List.of(), List.of("seed"));
  }

  /** xigua7105/FerretNet: configs/Train.yaml, src/trainer, src/data/dataloader.py. */
  private static Recipe ferretNet() {
    Recipe recipe =
        Recipe.of(
                new Adam(0.937, 0.999, 1e-8, Decay.of(5e-4)),
                new Constant(2e-4),
                100,
                32,
                new Loss.BinaryCrossEntropy(),
                ImageRecipe.of(new SmallerCrop(224), new Flip(0.5)))
            .drop(new Drop(0.2, 0));
    return recipe.published(List.of(), List.of("precision"));
  }

  /** genimage's own, for a few thousand images: docs/real-images.md. */
  private static Recipe residuals() {
    int epochs = 120;
    return Recipe.of(
            AdamW.of(Decay.ofMatrices(0.02)),
            new Cosine(1e-3, 2e-6, epochs, new Warmup(1, 1e-4, false), Every.STEP),
            epochs,
            32,
            new Loss.BinaryCrossEntropy(),
            ImageRecipe.of(new SmallerCrop(96), new Flip(0.5), new QuarterTurn()))
        .average(new Average(0.995, true, true));
  }

  /**
   * chuangchuangtan/NPR-DeepfakeDetection: train.py, options, networks/trainer.py; its README for
   * GenImage. Its script validates on crops of 224 pixels; here images are prepared as for scoring.
   */
  private static Recipe npr(boolean genimage) {
    Resize before = genimage ? new Resize.Tile(224) : new Resize.Square(256, Filter.BILINEAR);
    Recipe recipe =
        Recipe.of(
                Adam.of(Decay.NONE),
                new Step(2e-4, 10, 0.9, Warmup.NONE),
                genimage ? 1 : 50,
                32,
                new Loss.BinaryCrossEntropy(),
                ImageRecipe.of(new Resized(before), new SmallerCrop(224), new Flip(0.5)))
            .dropLast(false)
            .seed(genimage ? 70 : 100);
    return recipe.published(List.of(), List.of("images.validating"));
  }

  private static List<String> and(List<String> names, String other) {
    return Stream.concat(names.stream(), Stream.of(other)).toList();
  }
}
