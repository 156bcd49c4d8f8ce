package org.genimage.data.claims;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.genimage.data.claims.FileClaims.Camera;

/**
 * Recognises texts that AI tools write into files. A text is recognised by its key, its form, or by
 * being the name of a generator as a whole. The name of a tool within a text is no claim.
 *
 * <p>Each rule names the field that tells, which becomes the claim, and the other fields that the
 * tool writes, which become details. A field belongs to the first rule that takes it, so a rule for
 * a special case stands before the general one.
 */
final class KnownTools {

  private static final String MIDJOURNEY = "Midjourney";
  private static final String GOOGLE = "Google AI";
  private static final String FLUX = "FLUX";
  private static final String GROK = "Grok";
  private static final String GALAXY = "Galaxy AI";

  private static final ImmutableList<String> EASY_DIFFUSION_KEYS =
      ImmutableList.of(
          "use_stable_diffusion_model",
          "prompt",
          "negative_prompt",
          "seed",
          "clip_skip",
          "use_vae_model",
          "use_lora_model",
          "sampler_name",
          "width",
          "height",
          "num_inference_steps",
          "guidance_scale");

  private static final ImmutableSet<String> PNG_KEYS =
      ImmutableSet.<String>builder()
          .add("parameters", "prompt", "workflow", "parameters-json", "smproj", "generation_data")
          .add("invokeai_metadata", "invokeai_graph", "invokeai_workflow", "sd-metadata", "Dream")
          .add("Title", "Description", "Software", "Source", "Comment", "Generation time", "Author")
          .add("fooocus_scheme", "hf-job-id", "AIGC")
          .addAll(EASY_DIFFUSION_KEYS)
          .build();

  private static final ImmutableSet<String> XMP_KEYS =
      ImmutableSet.of(
          "Iptc4xmpExt:DigitalSourceType",
          "Iptc4xmpExt:DigitalImageGUID",
          "Iptc4xmpExt:AISystemUsed",
          "Iptc4xmpExt:AISystemVersionUsed",
          "Iptc4xmpExt:AIPromptInformation",
          "Iptc4xmpExt:AIPromptWriterName",
          "photoshop:Credit",
          "xmp:CreatorTool",
          "exif:UserComment",
          "dc:description",
          "TC260:AIGC",
          XmpReader.PROVENANCE,
          XmpReader.EXTENDED);

  /** Fields that name a program or an image, and are shown even where they claim nothing. */
  private static final ImmutableSet<String> SHOWN =
      ImmutableSet.of("Software", "xmp:CreatorTool", "Iptc4xmpExt:DigitalImageGUID");

  /** Programs that do nothing but generate, as they name themselves. A version may follow. */
  private static final ImmutableMap<String, String> GENERATORS =
      ImmutableMap.<String, String>builder()
          .put("NovelAI", Parameters.NOVEL_AI)
          .put("Adobe Firefly", "Adobe Firefly")
          .put("Midjourney", MIDJOURNEY)
          .put("DALL-E", "DALL-E")
          .put("DALL\u00b7E", "DALL-E")
          .put("Stable Diffusion", "Stable Diffusion")
          .put(Parameters.WEB_UI, Parameters.WEB_UI)
          .put("ComfyUI", Parameters.COMFY_UI)
          .put("InvokeAI", Parameters.INVOKE_AI)
          .put("Fooocus", Parameters.FOOOCUS)
          .put("RuinedFooocus", Parameters.RUINED_FOOOCUS)
          .put("SwarmUI", Parameters.SWARM_UI)
          .put("SD.Next", Parameters.SD_NEXT)
          .put("Easy Diffusion", Parameters.EASY_DIFFUSION)
          .put("Draw Things", Parameters.DRAW_THINGS)
          .put("Ideogram", "Ideogram")
          .put("Ideogram AI", "Ideogram")
          .put("Black Forest Labs", FLUX)
          .buildOrThrow();

  private static final Pattern NAME_AND_VERSION =
      Pattern.compile("(.+?)(?: Diffusion)?(?:[ /]?[vV]?[0-9][^\\n]*)?");
  private static final int LONGEST_NAME = 200;
  private static final String UUID =
      "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}";
  private static final Pattern JOB = Pattern.compile("Job ID: " + UUID + "$");
  private static final Pattern LABELLED_GRAPH =
      Pattern.compile("(?:workflow|prompt): ?(?=\\{)", Pattern.CASE_INSENSITIVE);
  private static final Pattern SIGNATURE = Pattern.compile("Signature: ?[A-Za-z0-9+/]{64,}=*");

  private final List<TextField> texts;
  private final Map<TextField, Claim> claims = new LinkedHashMap<>();

  private KnownTools(List<TextField> texts) {
    this.texts = texts;
  }

  static ImmutableSet<String> pngKeys() {
    return PNG_KEYS;
  }

  static ImmutableSet<String> xmpKeys() {
    return XMP_KEYS;
  }

  /** Recognises the texts of a file. */
  static KnownTools of(List<TextField> texts) {
    KnownTools tools = new KnownTools(texts);
    tools.xmp();
    tools.credit(ClaimSource.IPTC, "Credit");
    tools.exif();
    tools.png(ClaimSource.PNG_TEXT);
    tools.png(ClaimSource.ALPHA_BITS);
    tools.parameters(ClaimSource.COMMENT, "Comment");
    tools.label(ClaimSource.COMMENT, "Comment");
    tools.editorBlock();
    return tools;
  }

  /** Returns the claims and details, in the order of the texts. */
  ImmutableList<Claim> claims() {
    return texts.stream()
        .distinct()
        .flatMap(text -> claim(text).stream())
        .collect(ImmutableList.toImmutableList());
  }

  private Optional<Claim> claim(TextField text) {
    Optional<Claim> shown =
        SHOWN.contains(text.key()) && !text.value().isEmpty()
            ? Optional.of(Claim.of(ClaimKind.DETAIL, text.source(), text.key(), text.value()))
            : Optional.empty();
    return Optional.ofNullable(claims.get(text)).or(() -> shown);
  }

  /** Returns the camera that EXIF names, unless a tool has written its own name there. */
  Optional<Camera> camera() {
    String make = unclaimed("Make");
    String model = unclaimed("Model");
    return make.isEmpty() && model.isEmpty()
        ? Optional.empty()
        : Optional.of(new Camera(Texts.shown(make), Texts.shown(model)));
  }

  private String unclaimed(String key) {
    return fields(ClaimSource.EXIF, key)
        .filter(text -> !claims.containsKey(text))
        .map(TextField::value)
        .findFirst()
        .orElse("");
  }

  private Stream<TextField> fields(ClaimSource source, String key) {
    return texts.stream().filter(text -> text.source() == source && text.key().equals(key));
  }

  private Optional<String> value(ClaimSource source, String key) {
    return fields(source, key).map(TextField::value).findFirst();
  }

  private boolean has(ClaimSource source, String key, Predicate<String> value) {
    return value(source, key).filter(value).isPresent();
  }

  /** Makes a field a claim, unless an earlier rule has taken it. */
  private void claim(TextField text, ClaimKind kind, String tool, Optional<String> model) {
    Claim claim = Claim.of(kind, text.source(), text.key(), text.value());
    claims.putIfAbsent(text, claim.by(Optional.of(tool), model, Optional.empty()));
  }

  private void claim(
      ClaimSource source, String key, ClaimKind kind, String tool, Optional<String> model) {
    fields(source, key).forEach(text -> claim(text, kind, tool, model));
  }

  private void generated(
      ClaimSource source, String tool, Optional<String> model, String telling, String... details) {
    claim(source, telling, ClaimKind.AI_GENERATED, tool, model);
    details(source, tool, details);
  }

  private void details(ClaimSource source, String tool, String... details) {
    for (String detail : details) {
      claim(source, detail, ClaimKind.DETAIL, tool, Optional.empty());
    }
  }

  private void xmp() {
    ClaimSource xmp = ClaimSource.XMP;
    String system = value(xmp, "Iptc4xmpExt:AISystemUsed").orElse("");
    fields(xmp, "Iptc4xmpExt:DigitalSourceType")
        .forEach(text -> claim(text, SourceType.kind(text.value()), system, Optional.empty()));
    for (String key : XMP_KEYS) {
      if (key.startsWith("Iptc4xmpExt:AI")) {
        claim(xmp, key, ClaimKind.AI_GENERATED, system, Optional.empty());
      }
    }
    credit(xmp, "photoshop:Credit");
    label(xmp, "TC260:AIGC");
    value(xmp, "xmp:CreatorTool")
        .flatMap(KnownTools::generator)
        .ifPresent(
            tool ->
                generated(
                    xmp,
                    tool,
                    parametersModel(xmp),
                    "xmp:CreatorTool",
                    "exif:UserComment",
                    "dc:description"));
    parameters(xmp, "exif:UserComment");
    parameters(xmp, "dc:description");
    job(xmp, "dc:description");
  }

  private Optional<String> parametersModel(ClaimSource source) {
    return value(source, "exif:UserComment").flatMap(Parameters::of).flatMap(Parameters::model);
  }

  private void credit(ClaimSource source, String key) {
    fields(source, key)
        .forEach(
            text -> {
              if (text.value().equals("Made with Google AI")) {
                claim(text, ClaimKind.AI_GENERATED, GOOGLE, Optional.empty());
              } else if (text.value().equals("Edited with Google AI")) {
                claim(text, ClaimKind.PARTLY_AI, GOOGLE, Optional.empty());
              }
            });
  }

  /** China's label for generated content; what values other than 1 mean is weaker. */
  private void label(ClaimSource source, String key) {
    fields(source, key)
        .forEach(
            text ->
                BoundedTree.json(text.value())
                    .filter(json -> json.has("Label"))
                    .map(json -> json.path("Label").asText().equals("1"))
                    .map(isSure -> isSure ? ClaimKind.AI_GENERATED : ClaimKind.DETAIL)
                    .ifPresent(kind -> claim(text, kind, Parameters.AIGC, Optional.empty())));
  }

  private void parameters(ClaimSource source, String key, String... details) {
    fields(source, key)
        .forEach(
            text ->
                Parameters.of(text.value())
                    .ifPresent(
                        found -> {
                          claim(text, ClaimKind.AI_GENERATED, found.tool(), found.model());
                          details(source, found.tool(), details);
                        }));
  }

  /** Midjourney's descriptions end with the number of a job. */
  private void job(ClaimSource source, String key, String... details) {
    if (has(source, key, text -> JOB.matcher(text).find())) {
      generated(source, MIDJOURNEY, Optional.empty(), key, details);
    }
  }

  private void exif() {
    ClaimSource exif = ClaimSource.EXIF;
    for (String key : List.of("Make", "Model", "ImageDescription")) {
      value(exif, key)
          .flatMap(KnownTools::labelledGraph)
          .ifPresent(found -> generated(exif, found.tool(), found.model(), key));
    }
    if (has(exif, "Software", text -> text.startsWith("AI generated;"))) {
      boolean isFlux = has(exif, "Software", text -> text.contains("flux"));
      generated(
          exif,
          isFlux ? FLUX : "",
          value(exif, "Model"),
          "Software",
          "Make",
          "Model",
          "ImageDescription");
    }
    if (has(exif, "Software", text -> text.matches(UUID))
        && has(exif, "Artist", text -> text.equals("ai"))) {
      generated(exif, Parameters.CIVITAI, Optional.empty(), "Artist", "Software");
    }
    value(exif, "Software")
        .flatMap(KnownTools::generator)
        .ifPresent(
            tool ->
                generated(
                    exif,
                    tool,
                    Optional.empty(),
                    "Software",
                    "DocumentName",
                    "UserComment",
                    "MakerNote"));
    value(exif, "Make")
        .flatMap(KnownTools::generator)
        .ifPresent(
            tool ->
                generated(exif, tool, value(exif, "Model"), "Make", "Model", "ImageDescription"));
    if (has(exif, "ImageDescription", text -> SIGNATURE.matcher(text).matches())
        && has(exif, "Artist", text -> text.matches(UUID))) {
      generated(exif, GROK, Optional.empty(), "ImageDescription", "Artist");
    }
    job(exif, "ImageDescription");
    parameters(exif, "UserComment");
    parameters(exif, "ImageDescription");
    label(exif, "UserComment");
  }

  private static Optional<Parameters> labelledGraph(String text) {
    Matcher label = LABELLED_GRAPH.matcher(text);
    return label.lookingAt() ? Parameters.graph(text.substring(label.end())) : Optional.empty();
  }

  /** Returns the generator that a field names, if it names nothing else. */
  private static Optional<String> generator(String text) {
    if (text.length() > LONGEST_NAME) {
      return Optional.empty();
    }
    Matcher name = NAME_AND_VERSION.matcher(text);
    return Optional.ofNullable(GENERATORS.get(text))
        .or(
            () ->
                name.matches()
                    ? Optional.ofNullable(GENERATORS.get(name.group(1)))
                    : Optional.empty());
  }

  private void png(ClaimSource png) {
    if (has(png, "Software", text -> text.startsWith("NovelAI"))
        || has(png, "Source", text -> text.startsWith("NovelAI Diffusion"))) {
      generated(
          png,
          Parameters.NOVEL_AI,
          value(png, "Source"),
          has(png, "Software", text -> true) ? "Software" : "Source",
          "Source",
          "Title",
          "Description",
          "Generation time",
          "Comment");
    }
    for (String key : List.of("parameters", "prompt")) {
      value(png, key)
          .flatMap(Parameters::of)
          .filter(found -> found.tool().equals(Parameters.SWARM_UI))
          .ifPresent(
              found ->
                  generated(
                      png, found.tool(), found.model(), key, "parameters", "prompt", "workflow"));
    }
    for (String key : List.of("smproj", "parameters-json")) {
      byKey(
          png,
          Parameters.STABILITY_MATRIX,
          key,
          "smproj",
          "parameters-json",
          "parameters",
          "prompt",
          "workflow");
    }
    byKey(png, Parameters.TENSOR_ART, "generation_data", "prompt", "workflow", "parameters");
    for (String key :
        List.of("invokeai_metadata", "invokeai_graph", "invokeai_workflow", "sd-metadata")) {
      byKey(png, Parameters.INVOKE_AI, key);
    }
    if (has(png, "Dream", text -> text.contains(" -s ") || text.contains(" -S "))) {
      generated(png, Parameters.INVOKE_AI, Optional.empty(), "Dream");
    }
    if (has(png, "fooocus_scheme", text -> true) && has(png, "parameters", text -> true)) {
      generated(png, Parameters.FOOOCUS, model(png), "parameters", "fooocus_scheme");
    }
    value(png, "use_stable_diffusion_model")
        .ifPresent(
            model ->
                generated(
                    png,
                    Parameters.EASY_DIFFUSION,
                    Optional.of(model),
                    "use_stable_diffusion_model",
                    EASY_DIFFUSION_KEYS.toArray(new String[0])));
    graphs(png);
    parameters(png, "parameters", "hf-job-id");
    if (has(png, "hf-job-id", text -> true)) {
      generated(png, Parameters.HUGGING_FACE, Optional.empty(), "hf-job-id", "parameters");
    }
    label(png, "AIGC");
    job(png, "Description", "Author");
    value(png, "Software")
        .flatMap(KnownTools::generator)
        .ifPresent(tool -> generated(png, tool, Optional.empty(), "Software"));
  }

  private Optional<String> model(ClaimSource source) {
    return value(source, "parameters").flatMap(Parameters::of).flatMap(Parameters::model);
  }

  private void byKey(ClaimSource source, String tool, String key, String... details) {
    if (has(source, key, text -> text.startsWith("{"))) {
      generated(source, tool, model(source), key, details);
    }
  }

  /** ComfyUI's graphs. Its nodes may add parameters in another tool's format, without a name. */
  private void graphs(ClaimSource source) {
    for (String key : List.of("prompt", "workflow")) {
      Optional<Parameters> graph = value(source, key).flatMap(Parameters::graph);
      if (graph.isPresent()) {
        String tool = graph.get().tool();
        boolean unsure =
            value(source, "parameters")
                .flatMap(Parameters::of)
                .filter(found -> !found.sure())
                .isPresent();
        generated(source, tool, graph.get().model(), key);
        if (unsure) {
          claim(source, "parameters", ClaimKind.DETAIL, tool, Optional.empty());
        }
      }
    }
  }

  /** Says whether Samsung's editor used a model. */
  private void editorBlock() {
    value(ClaimSource.EDITOR_BLOCK, SamsungTrailer.EDITS)
        .flatMap(BoundedTree::json)
        .filter(json -> json.path("genAIType").asInt() != 0)
        .ifPresent(
            json ->
                claim(
                    ClaimSource.EDITOR_BLOCK,
                    SamsungTrailer.EDITS,
                    ClaimKind.PARTLY_AI,
                    GALAXY,
                    Optional.empty()));
  }
}
