/**
 * Explanations: which areas of an image speak for AI and which against, for one detector.
 *
 * <p>For: a map over the view that the detector saw, with a scale and a caption, for reports, pages
 * and programs; and the curves that check such a map. May use: models, data. Limits: a map says
 * where a score comes from, never whether it is right; what an explainer costs is stated with its
 * result.
 */
package org.genimage.eval.explanation;
