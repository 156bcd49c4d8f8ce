package org.genimage.models;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.genimage.data.image.Filter;
import org.genimage.models.internal.TensorFlowStart;
import org.genimage.models.networks.CnnSpot;
import org.genimage.models.networks.CommunityForensics;
import org.genimage.models.networks.F3Net;
import org.genimage.models.networks.F3NetVariant;
import org.genimage.models.networks.FerretNet;
import org.genimage.models.networks.GramNet;
import org.genimage.models.networks.GramNetVariant;
import org.genimage.models.networks.Npr;
import org.genimage.models.networks.ResNet;
import org.genimage.models.networks.ResNet.Block;
import org.genimage.models.networks.ResNet.Stem;
import org.genimage.models.networks.Residuals;
import org.genimage.models.networks.Safe;
import org.genimage.models.networks.Spec;
import org.genimage.models.networks.SpecVariant;
import org.genimage.models.networks.SwinTransformer;
import org.genimage.models.networks.UnivFd;
import org.genimage.models.networks.VisionTransformer;
import org.genimage.models.weights.Weights;
import org.genimage.models.weights.WeightsException;

/**
 * The detectors of the GenImage paper and newer ones, each as a blueprint to train or to load
 * weights into. None brings weights along: docs/weights.md says what is published for each. {@link
 * #catalogue} says what is known of each. {@link #load(Path)} opens a file that genimage wrote, or
 * a model folder.
 */
public final class Detectors {

  private static final String NO_WEIGHTS = "none: nobody published weights trained on GenImage";
  private static final String NO_LICENCE = "none, without weights";
  private static final String FERRET_NET =
      "Liang et al., FerretNet: Efficient Synthetic Image Detection via Local Pixel Dependencies,"
          + " NeurIPS";

  private Detectors() {}

  /**
   * Returns ResNet-50 (He et al. 2016) as timm 0.6.12 builds and tests it: shorter side to 235
   * pixels, bicubic; centre crop of 224; two logits.
   */
  public static Blueprint resnet50() {
    Head head = Head.NATURE_AI;
    return new Blueprint(
        "ResNet-50",
        new ResNet(Block.BOTTLENECK, List.of(3, 4, 6, 3), true, head.outputs()),
        InputContract.imagenet(235, Filter.BICUBIC, 224),
        head);
  }

  /**
   * Returns DeiT-S (Touvron et al. 2021; the network is that of Dosovitskiy et al. 2021), without
   * distillation, as its authors test it: shorter side to 256 pixels, bicubic; centre crop of 224;
   * two logits.
   */
  public static Blueprint deitSmall() {
    Head head = Head.NATURE_AI;
    return new Blueprint(
        "DeiT-S",
        new VisionTransformer(16, 384, 12, 6, head.outputs()),
        InputContract.imagenet(256, Filter.BICUBIC, 224),
        head);
  }

  /**
   * Returns Swin-T (Liu et al. 2021) as its authors test it: shorter side to 256 pixels, bicubic;
   * centre crop of 224; two logits.
   */
  public static Blueprint swinTiny() {
    Head head = Head.NATURE_AI;
    return new Blueprint(
        "Swin-T",
        new SwinTransformer(4, 96, List.of(2, 2, 6, 2), List.of(3, 6, 12, 24), 7, head.outputs()),
        InputContract.imagenet(256, Filter.BICUBIC, 224),
        head);
  }

  /**
   * Returns CNNSpot (Wang et al. 2020, "CNN-generated images are surprisingly easy to spot... for
   * now") as its authors' {@code eval.py} tests it: no resize, so that the finest traces stay;
   * centre crop of 224, smaller images with black edges; one logit. Their {@code validate.py}
   * resizes first: {@code cnnSpot().input(InputContract.imagenet(256, Filter.BILINEAR, 224))}.
   */
  public static Blueprint cnnSpot() {
    Head head = Head.AI_LOGIT;
    return new Blueprint(
        "CNNSpot",
        new CnnSpot(new ResNet(Block.BOTTLENECK, List.of(3, 4, 6, 3), false, head.outputs())),
        InputContract.crop(224),
        head);
  }

  /**
   * Returns Spec (Zhang, Karaman and Chang 2019, "Detecting and simulating artifacts in GAN fake
   * images"): ResNet-34 on log spectra. Every image becomes 256 pixels square as OpenCV resizes,
   * without antialiasing, then 224 by a centre crop; blue first; two logits.
   */
  public static Blueprint spec() {
    return spec(SpecVariant.FULL);
  }

  /**
   * Returns Spec (Zhang, Karaman and Chang 2019) on a part of the spectrum, or on the pixels, as
   * its authors compare them.
   */
  public static Blueprint spec(SpecVariant variant) {
    Head head = Head.NATURE_AI;
    InputContract input =
        InputContract.of(new Resize.OpenCvSquare(256), 224).channels(ChannelOrder.BGR);
    return new Blueprint(
        variant == SpecVariant.FULL ? "Spec" : "Spec-" + variant,
        new Spec(variant, new ResNet(Block.BASIC, List.of(3, 4, 6, 3), false, head.outputs())),
        variant == SpecVariant.IMAGE ? input.range(-1, 1) : input,
        head);
  }

  /**
   * Returns F3Net (Qian et al. 2020) with both branches and attention between them, in the
   * implementation that the GenImage repository carries; one logit, as its loss wants.
   */
  public static Blueprint f3Net() {
    return f3Net(F3NetVariant.MIX, Head.AI_LOGIT);
  }

  /**
   * Returns a variant of F3Net (Qian et al. 2020) as its authors test it: both sides to 299 pixels,
   * bicubic, whatever the shape; values in [-1, 1].
   *
   * @param head one logit or two; the published networks have one, the GenImage repository's two by
   *     default
   */
  public static Blueprint f3Net(F3NetVariant variant, Head head) {
    return new Blueprint(
        variant == F3NetVariant.MIX ? "F3Net" : "F3Net-" + variant,
        new F3Net(variant, head.outputs()),
        InputContract.of(new Resize.Square(299, Filter.BICUBIC), 299).range(-1, 1),
        head);
  }

  /**
   * Returns GramNet (Liu, Qi and Torr 2020, "Global texture enhancement for fake face detection in
   * the wild"): ResNet-18 with six Gram matrices. Every image becomes 512 pixels square as OpenCV
   * resizes, without antialiasing; blue first, values from 0 to 255; two log-probabilities, nature
   * and ai. Published weights have the opposite order: {@code gramNet().head(Head.AI_NATURE)}.
   */
  public static Blueprint gramNet() {
    return gramNet(GramNetVariant.ORIGINAL);
  }

  /**
   * Returns a variant of GramNet (Liu, Qi and Torr 2020). The re-implementations have one logit,
   * and inputs of their own: weights of theirs (container {@code netC}, perhaps a prefix {@code
   * module.}) want theirs.
   */
  public static Blueprint gramNet(GramNetVariant variant) {
    Head head = variant == GramNetVariant.ORIGINAL ? Head.NATURE_AI : Head.AI_LOGIT;
    InputContract input =
        switch (variant) {
          case ORIGINAL ->
              InputContract.of(new Resize.OpenCvSquare(512), 512)
                  .range(0, 255)
                  .channels(ChannelOrder.BGR);
          case AIGC_DETECT_BENCHMARK -> InputContract.imagenet(256, Filter.BILINEAR, 224);
          case SIDBENCH -> InputContract.crop(224);
        };
    return new Blueprint(
        variant == GramNetVariant.ORIGINAL ? "GramNet" : "GramNet-" + variant,
        new GramNet(head.outputs()),
        input,
        head);
  }

  /**
   * Returns Community Forensics (Park and Owens 2025, "Community Forensics: using thousands of
   * generators to train fake image detectors") for images of 384 pixels: a vision transformer,
   * ViT-S/16. Shorter side to 440 pixels, bilinear, small images too; centre crop of 384; one
   * logit.
   */
  public static Blueprint communityForensics() {
    return communityForensics("Community Forensics", 440, 384);
  }

  /**
   * Returns Community Forensics (Park and Owens 2025) for images of 224 pixels, which is three
   * times as fast: shorter side to 256 pixels, bilinear; centre crop of 224; one logit. Its weights
   * are others than those of {@link #communityForensics()}, whose positions do not fit.
   */
  public static Blueprint communityForensics224() {
    return communityForensics("Community Forensics-224", 256, 224);
  }

  private static Blueprint communityForensics(String name, int resize, int crop) {
    Head head = Head.AI_LOGIT;
    VisionTransformer small =
        new VisionTransformer(16, 384, 12, 6, head.outputs()).tokenDeviation(1e-6);
    return new Blueprint(
        name,
        new CommunityForensics(small),
        InputContract.imagenet(resize, Filter.BILINEAR, crop),
        head);
  }

  /**
   * Returns UnivFD (Ojha, Li and Lee 2023, "Towards universal fake image detectors that generalize
   * across generative models"): a linear layer on the features of CLIP's image tower, ViT-L/14. No
   * resize; centre crop of 224, smaller images with black edges; CLIP's statistics; one logit. Its
   * published weights are two files, CLIP's and the head's.
   */
  public static Blueprint univFd() {
    Head head = Head.AI_LOGIT;
    return new Blueprint(
        "UnivFD",
        new UnivFd(14, 1024, 24, 16, 768, head.outputs()),
        InputContract.clip(new Resize.None(), 224),
        head);
  }

  /**
   * Returns SAFE (Li et al. 2025, "Improving synthetic image detection towards generalization: an
   * image transformation perspective"), two stages of ResNet-50 on a wavelet band: no resize;
   * centre crop of 256, smaller images with black edges; values in [0, 1]; two logits. The authors
   * also score whole images: {@code safe().input(safe().input().resize(new Resize.Whole(1)))}.
   */
  public static Blueprint safe() {
    Head head = Head.NATURE_AI;
    return new Blueprint(
        "SAFE", new Safe(twoStages(head)), InputContract.of(new Resize.None(), 256), head);
  }

  /**
   * Returns FerretNet-B (Liang et al. 2025, "FerretNet: efficient synthetic image detection via
   * local pixel dependencies"): no resize; centre crop of 256, smaller images with black edges;
   * CLIP's mean and deviation; one logit. The authors' demonstration scores whole images: {@code
   * ferretNet().input(ferretNet().input().resize(new Resize.Whole(1)))}.
   */
  public static Blueprint ferretNet() {
    return ferretNet("FerretNet-B", 96);
  }

  /** Returns FerretNet-S, a third as wide as {@link #ferretNet()}, with the same input. */
  public static Blueprint ferretNetSmall() {
    return ferretNet("FerretNet-S", 32);
  }

  private static Blueprint ferretNet(String name, int width) {
    return new Blueprint(
        name,
        new FerretNet(width, List.of(2, 2)),
        InputContract.clip(new Resize.None(), 256),
        Head.AI_LOGIT);
  }

  /**
   * Returns NPR (Tan et al. 2024, "Rethinking the up-sampling operations in CNN-based generative
   * network for generalizable deepfake detection"), two stages of ResNet-50 on differences of
   * neighbouring pixels, as its test script tests it: to 256 pixels square, bilinear; one logit.
   */
  public static Blueprint npr() {
    return npr(NprProtocol.SQUASH256);
  }

  /** Returns NPR (Tan et al. 2024) with one of its authors' ways to prepare images. */
  public static Blueprint npr(NprProtocol protocol) {
    Head head = Head.AI_LOGIT;
    return new Blueprint("NPR", new Npr(twoStages(head)), protocol.input(), head);
  }

  /**
   * Returns genimage's own detector: two stages of ResNet-50 on differences of each pixel from its
   * neighbours, for windows of photographs that nobody resizes. docs/real-images.md has what it
   * learns from a few thousand images; there are no published weights. No resize; centre crop of
   * 192, smaller images with black edges; values in [0, 1]; one logit.
   */
  public static Blueprint residuals() {
    Head head = Head.AI_LOGIT;
    return new Blueprint(
        "Residuals",
        new Residuals(twoStages(head)),
        InputContract.of(new Resize.None(), 192),
        head);
  }

  /** Returns the first two stages of ResNet-50, whose first convolution is 3x3. */
  private static ResNet twoStages(Head head) {
    return new ResNet(Block.BOTTLENECK, List.of(3, 4), false, head.outputs())
        .stem(new Stem(3, 2, true))
        .headName("fc1");
  }

  /** Returns the seven detectors of the GenImage paper, in the order of its tables. */
  public static List<Blueprint> all() {
    return List.of(resnet50(), deitSmall(), swinTiny(), cnnSpot(), spec(), f3Net(), gramNet());
  }

  /**
   * Returns what is known of every detector that this class offers: {@link #all} first, then newer
   * ones. Accuracies of the paper's seven are those of its tables 3 and 5, after training on images
   * of Stable Diffusion V1.4.
   */
  public static List<CatalogueEntry> catalogue() {
    return List.of(
        new CatalogueEntry(
            resnet50(),
            "He et al., Deep Residual Learning for Image Recognition, CVPR",
            2016,
            NO_WEIGHTS,
            NO_LICENCE,
            "images of the generator that it was trained on, also when blurred a little",
            "most other generators (52 % for BigGAN); JPEG compression (52 % at quality 65)"),
        new CatalogueEntry(
            deitSmall(),
            "Touvron et al., Training data-efficient image transformers & distillation through"
                + " attention, ICML",
            2021,
            NO_WEIGHTS,
            NO_LICENCE,
            "images of the generator that it was trained on, also at half the resolution",
            "most other generators (50 % for ADM); JPEG compression (56 % at quality 65)"),
        new CatalogueEntry(
            swinTiny(),
            "Liu et al., Swin Transformer: Hierarchical Vision Transformer using Shifted Windows,"
                + " ICCV",
            2021,
            NO_WEIGHTS,
            NO_LICENCE,
            "the best of the seven over all eight generators (75 % on average)",
            "some other generators (50 % for ADM); JPEG compression (53 % at quality 65)"),
        new CatalogueEntry(
            cnnSpot(),
            "Wang et al., CNN-Generated Images Are Surprisingly Easy to Spot... for Now, CVPR",
            2020,
            "its authors' blurjpg weights, trained on images of GANs: Dropbox, by"
                + " weights/download_weights.sh of PeterWang512/CNNDetection",
            "CC BY-NC-SA 4.0: not for commercial use",
            "JPEG compression (97 % at quality 30) and blur, which it is trained with",
            "most other generators (40 % for GLIDE); small images (50 % at 112 pixels)"),
        new CatalogueEntry(
            spec(),
            "Zhang, Karaman and Chang, Detecting and Simulating Artifacts in GAN Fake Images, WIFS",
            2019,
            NO_WEIGHTS,
            NO_LICENCE,
            "traces of upsampling that its training has shown, whatever the content",
            "most other generators (50 % for ADM); small, compressed and blurred images (50 %)"),
        new CatalogueEntry(
            f3Net(),
            "Qian et al., Thinking in Frequency: Face Forgery Detection by Mining Frequency-aware"
                + " Clues, ECCV",
            2020,
            NO_WEIGHTS,
            NO_LICENCE,
            "images of the generator that it was trained on, and of its relatives (99.9 %)",
            "all other generators (50 %); small images (50 % at 112 pixels)"),
        new CatalogueEntry(
            gramNet(),
            "Liu, Qi and Torr, Global Texture Enhancement for Fake Face Detection in the Wild,"
                + " CVPR",
            2020,
            "its authors' stylegan-ffhq.pth, trained on faces: Google Drive, linked in"
                + " liuzhengzhe/Global_Texture_Enhancement_for_Fake_Face_Detection_in_the-Wild",
            "none stated",
            "the best of the seven on degraded images (82 % on average): low resolution, blur",
            "most other generators (50 % for ADM); strong JPEG compression (53 % at quality 30)"),
        new CatalogueEntry(
            communityForensics(),
            "Park and Owens, Community Forensics: Using Thousands of Generators to Train Fake"
                + " Image Detectors, CVPR",
            2025,
            "its authors', for any photograph and generator: huggingface.co/OwensLab/"
                + "commfor-model-384",
            "MIT",
            "images of many generators, as its training has 4,803 of them (GenImage 84 %)",
            "generators of 2026 and images from the web (66 % in an independent test)"),
        new CatalogueEntry(
            communityForensics224(),
            "Park and Owens, Community Forensics: Using Thousands of Generators to Train Fake"
                + " Image Detectors, CVPR",
            2025,
            "its authors': huggingface.co/OwensLab/commfor-model-224",
            "MIT",
            "as Community Forensics, at a third of its cost",
            "as Community Forensics; no accuracies of this size were found"),
        new CatalogueEntry(
            univFd(),
            "Ojha, Li and Lee, Towards Universal Fake Image Detectors that Generalize Across"
                + " Generative Models, CVPR",
            2023,
            "its authors' head, fc_weights.pth of WisconsinAIVision/UniversalFakeDetect, trained"
                + " on images of ProGAN; OpenAI's CLIP for the tower, as"
                + " huggingface.co/openai/clip-vit-large-patch14",
            "MIT for the head and for CLIP's code; CLIP's model card asks for no deployment"
                + " without testing",
            "images of GANs (89 % on ForenSynths), with a head that learns from few images",
            "GenImage once fakes are JPEG files as photographs are (64 %); 304 million numbers"),
        new CatalogueEntry(
            safe(),
            "Li et al., Improving Synthetic Image Detection Towards Generalization: An Image"
                + " Transformation Perspective, KDD",
            2025,
            "its authors' checkpoint-best.pth, trained on ProGAN: checkpoint/ of Ouxiang-Li/SAFE",
            "Apache 2.0",
            "generated images as they left the generator, also of generators that it was not"
                + " trained on (97 % over four test sets)",
            "all else: 50 % on GenImage once its generated images are JPEG like the photographs;"
                + " resized images"),
        new CatalogueEntry(
            ferretNet(),
            FERRET_NET,
            2025,
            "its authors' ferretnet-b-median-3.pth, trained on ProGAN: checkpoints/4cls_ckpt of"
                + " xigua7105/FerretNet",
            "Apache 2.0",
            "generated images as they left the generator, also of generators that it was not"
                + " trained on (97 % over four test sets); small and fast",
            "resized images, nearly none of which it finds"),
        new CatalogueEntry(
            ferretNetSmall(),
            FERRET_NET,
            2025,
            "its authors' ferretnet-s-median-3.pth, trained on ProGAN: checkpoints/4cls_ckpt of"
                + " xigua7105/FerretNet",
            "Apache 2.0",
            "as FerretNet-B, with an eighth of its work; its authors state no figures of its own",
            "resized images, nearly none of which it finds"),
        new CatalogueEntry(
            npr(),
            "Tan et al., Rethinking the Up-Sampling Operations in CNN-based Generative Network for"
                + " Generalizable Deepfake Detection, CVPR",
            2024,
            "its authors' NPR.pth, trained on ProGAN, and model_epoch_last_3090.pth:"
                + " chuangchuangtan/NPR-DeepfakeDetection",
            "none stated",
            "generated images as they left the generator (90 % on seven of GenImage's after"
                + " training on Stable Diffusion V1.4)",
            "all else: 52 % on GenImage once its generated images are JPEG like the photographs;"
                + " photographs from the web"),
        new CatalogueEntry(
            residuals(),
            "genimage's own, after the filters of Fridrich and Kodovsky, Rich Models for"
                + " Steganalysis of Digital Images, IEEE TIFS 2012",
            2026,
            NO_WEIGHTS,
            NO_LICENCE,
            "windows of photographs and of generated images of sources that it was trained on",
            "sources that it was not trained on; resized images"));
  }

  /** Returns the catalogue's detectors and their variants, each with one logit and with two. */
  private static List<Blueprint> known() {
    List<Blueprint> known = new ArrayList<>();
    catalogue().forEach(entry -> known.add(entry.blueprint()));
    for (SpecVariant variant : SpecVariant.values()) {
      known.add(spec(variant));
    }
    for (F3NetVariant variant : F3NetVariant.values()) {
      known.add(f3Net(variant, Head.AI_LOGIT));
      known.add(f3Net(variant, Head.NATURE_AI));
    }
    for (GramNetVariant variant : GramNetVariant.values()) {
      known.add(gramNet(variant));
    }
    return known;
  }

  /**
   * Returns the detector of a file that genimage wrote, or of a folder as model hubs publish them,
   * to be closed by the caller. The file says which detector it is, with which input contract, head
   * and calibration; a folder is read as {@link #load(Path, FolderOptions)} does. Many threads may
   * use the detector at once; for many requests of one image each, {@link Batching#of(Detector)}
   * starts a {@link DetectorService}, which is closed before the detector.
   *
   * @throws WeightsException if the file cannot be read, does not say which detector it is of, or
   *     does not fit; weights of other origin are loaded by {@link Blueprint#load(Path)}
   */
  public static DifferentiableDetector load(Path file) {
    return load(file, Precision.FLOAT32);
  }

  /**
   * Returns the detector of a file or folder as {@link #load(Path)} does, with the numbers of
   * {@link Blueprint#load(Weights, Precision)}.
   *
   * @throws WeightsException if the file cannot be read, does not say which detector it is of, or
   *     does not fit
   * @throws UnsupportedOperationException if this machine has no kernels for bfloat16
   */
  public static DifferentiableDetector load(Path file, Precision precision) {
    if (Files.notExists(file)) {
      throw new WeightsException(
          "%s: expected weights that genimage wrote, found no file; check the path, or train some"
              .formatted(file));
    }
    if (Files.isDirectory(file)) {
      return load(file, FolderOptions.NONE.precision(precision));
    }
    return TensorFlowStart.beside(
        () -> {
          Weights weights = Weights.read(file);
          return described(file, weights).load(file, weights, precision);
        });
  }

  /**
   * Returns the detector of a folder as model hubs publish them, to be closed by the caller:
   *
   * <ul>
   *   <li>{@code config.json}: the architecture, as transformers or timm name it (ViT, Swin,
   *       ResNet, CLIP's image tower), and the names of the labels. If they do not say which output
   *       means AI, the caller has to; an order is never guessed;
   *   <li>{@code preprocessor_config.json}, or timm's {@code pretrained_cfg}: the input contract;
   *   <li>{@code model.safetensors}, or one other file of weights, under transformers', timm's or
   *       genimage's keys.
   * </ul>
   *
   * @param folder with these files
   * @param options what the files do not say, or say wrongly
   * @throws WeightsException if a file cannot be read, something is unknown that the options do not
   *     give, or the files contradict each other; the message says what
   * @throws UnsupportedOperationException if this machine has no kernels for bfloat16
   */
  public static DifferentiableDetector load(Path folder, FolderOptions options) {
    if (!Files.isDirectory(folder)) {
      throw new WeightsException(
          "%s: expected a folder with config.json and weights, found none; check the path"
              .formatted(folder));
    }
    return ModelFolder.load(folder, options);
  }

  /** Returns the blueprint that weights say they are of, as it stands here. */
  static Blueprint described(Path file, Weights weights) {
    return WeightsMetadata.blueprint(file, weights, known());
  }

  /**
   * Returns the one of {@link #catalogue}, or the variant of one, with this name, whatever its case
   * and hyphens: {@code "Swin-T"} and {@code "swin-t"} are the same.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static Blueprint named(String name) {
    return known().stream()
        .filter(one -> letters(one.name()).equals(letters(name)))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "detector must be one of %s, got '%s'"
                        .formatted(
                            catalogue().stream()
                                .map(entry -> entry.blueprint().name())
                                .collect(Collectors.joining(", ")),
                            name)));
  }

  private static String letters(String name) {
    return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
  }
}
