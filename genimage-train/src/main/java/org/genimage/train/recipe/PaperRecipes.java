package org.genimage.train.recipe;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.List;
import org.genimage.data.Sampling;
import org.genimage.data.image.Filter;
import org.genimage.models.Blueprint;
import org.genimage.models.Head;
import org.genimage.models.Resize;
import org.genimage.models.nn.Drop;
import org.genimage.train.recipe.ImageStep.Blur;
import org.genimage.train.recipe.ImageStep.CenterCrop;
import org.genimage.train.recipe.ImageStep.Flip;
import org.genimage.train.recipe.ImageStep.Jpeg;
import org.genimage.train.recipe.ImageStep.RandomCrop;
import org.genimage.train.recipe.ImageStep.RandomSquare;
import org.genimage.train.recipe.ImageStep.Resized;
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
import org.genimage.train.recipe.Schedule.Warmup;

/**
 * The seven recipes. Each names the values that the paper's supplement has, and those that are
 * inferred; all others are defaults of the detector's official repository.
 */
final class PaperRecipes {

  /** What the scripts of DeiT and Swin divide a batch by. */
  private static final double RATE_BATCH = 512;

  private PaperRecipes() {}

  static Recipe of(Blueprint blueprint, List<Reading> readings) {
    String name = blueprint.name();
    for (Reading reading : readings) {
      checkArgument(
          detectors(reading).contains(name),
          "the reading %s is about %s, asked for with %s",
          reading,
          detectors(reading),
          name);
    }
    return switch (name) {
      case "ResNet-50" -> resnet50();
      case "DeiT-S" -> deitSmall(readings);
      case "Swin-T" -> swinTiny(readings.contains(Reading.SCALED_RATE));
      case "CNNSpot" -> cnnSpot(readings.contains(Reading.STEADY_RATE));
      case "Spec" -> spec(readings.contains(Reading.DECAYING_RATE));
      case "F3Net", "F3Net-FAD", "F3Net-LFS", "F3Net-BOTH" -> f3Net(blueprint.head());
      case "GramNet" -> gramNet();
      default ->
          throw new IllegalArgumentException(
              ("the paper's recipes are known for its seven detectors, asked for %s; build a recipe"
                      + " of your own with Recipe.of")
                  .formatted(name));
    };
  }

  private static List<String> detectors(Reading reading) {
    return switch (reading) {
      case SCALED_RATE -> List.of("DeiT-S", "Swin-T");
      case DECAYING_RATE -> List.of("Spec");
      case STEADY_RATE -> List.of("CNNSpot");
      case REPEATED_AUGMENTATION -> List.of("DeiT-S");
    };
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
    return published(
        recipe,
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
  private static Recipe deitSmall(List<Reading> readings) {
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
    return published(
        recipe,
        List.of(
            "optimizer",
            scaled ? "" : "schedule.schedule.base",
            "schedule.schedule.warmup.epochs",
            "schedule.schedule.warmup.start",
            "epochs",
            "batchSize",
            "images.erasing"),
        List.of("schedule.schedule.base", "precision"));
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
    return published(
        recipe,
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
    ImageStep shorterSide = new Resized(new Resize.ShorterSide(256, Filter.BILINEAR));
    Recipe recipe =
        Recipe.of(
                Adam.of(Decay.NONE),
                steady ? new Constant(5e-4) : new Plateau(5e-4, 1e-6, 5, 0.001, 0.002),
                30,
                64,
                new Loss.BinaryCrossEntropy(),
                ImageRecipe.of(
                        shorterSide,
                        new Blur(0.5, 0, 3),
                        new Jpeg(0.5, 30, 100),
                        new RandomCrop(),
                        new Flip(0.5))
                    .validating(
                        List.of(
                            shorterSide,
                            new Blur(0.5, 1.5, 1.5),
                            new Jpeg(0.5, 65, 65),
                            new CenterCrop())))
            .dropLast(false)
            .start(Start.imageNet("resnet50-19c8e357.pth"));
    return published(
        recipe,
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
    return published(
        recipe,
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
    return published(
        recipe,
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
    return published(
        recipe,
        List.of(
            "optimizer", "optimizer.decay.rate", "schedule.rate", "epochs", "batchSize", "loss"),
        List.of("precision", "seed"));
  }

  /** Says of every value where it comes from. */
  private static Recipe published(Recipe recipe, List<String> paper, List<String> inferred) {
    return recipe.published(
        recipe.values().stream()
            .map(
                value ->
                    value.from(
                        paper.contains(value.name())
                            ? Origin.PAPER
                            : inferred.contains(value.name())
                                ? Origin.INFERRED
                                : Origin.REPOSITORY))
            .toList());
  }
}
