//! Drawings of tables: lines over an axis, as SVG. In: series of points. Out: a small file that any browser shows.

use std::path::Path;

use plotters::prelude::*;

/// Width and height, in pixels.
const SIZE: (u32, u32) = (860, 420);
/// Of the width, what the names of the lines take, so that they cover no line.
const NAMES: i32 = 220;
/// Between two names, in pixels.
const SPACING: i32 = 22;
/// Colours that stand apart also for those who see fewer of them (Okabe and Ito 2008).
const COLOURS: [RGBColor; 7] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(86, 180, 233),
    RGBColor(230, 159, 0),
    RGBColor(0, 0, 0),
];
/// Above the highest point, as a share of it.
const HEADROOM: f64 = 1.1;

/// What is drawn.
#[derive(Clone, Debug, Default)]
pub struct Chart {
    /// Above it.
    pub title: String,
    /// Below the horizontal axis.
    pub across: String,
    /// Beside the vertical one, which begins at 0.
    pub up: String,
    /// Named lines.
    pub lines: Vec<(String, Vec<(f64, f64)>)>,
}

/// Why nothing was drawn.
#[derive(Debug, thiserror::Error)]
#[error("can't draw {file}: {why}; give another directory with --out")]
pub struct PlotError {
    file: String,
    why: String,
}

impl Chart {
    /// Adds a point to the line of this name, which is begun where there is none.
    pub fn point(&mut self, line: &str, across: f64, up: f64) {
        match self.lines.iter_mut().find(|(name, _)| name == line) {
            Some((_, points)) => points.push((across, up)),
            None => self.lines.push((line.to_owned(), vec![(across, up)])),
        }
    }

    /// Draws it as SVG.
    ///
    /// # Errors
    /// [`PlotError`].
    pub fn draw(&self, file: &Path) -> Result<(), PlotError> {
        let wrong = |why: String| PlotError { file: file.display().to_string(), why };
        let mut text = String::new();
        self.draw_into(&mut text).map_err(|error| wrong(error.to_string()))?;
        std::fs::write(file, text).map_err(|error| wrong(error.to_string()))
    }

    fn draw_into(&self, text: &mut String) -> Result<(), Box<dyn std::error::Error>> {
        let points = || self.lines.iter().flat_map(|(_, points)| points);
        let edge = |of: fn(f64, f64) -> f64, from: f64| points().map(|(x, _)| *x).fold(from, of);
        let (left, right) = (edge(f64::min, f64::INFINITY), edge(f64::max, f64::NEG_INFINITY));
        // Nothing, or one point alone, still has a width.
        let (left, right) = if left < right { (left, right) } else { (0.0, right.max(1.0)) };
        let top = points().map(|(_, y)| *y).fold(0.0, f64::max);
        let top = if top > 0.0 { top * HEADROOM } else { 1.0 };
        let area = SVGBackend::with_string(text, SIZE).into_drawing_area();
        area.fill(&WHITE)?;
        let (drawing, names) = area.split_horizontally(SIZE.0 as i32 - NAMES);
        let mut chart = ChartBuilder::on(&drawing)
            .caption(&self.title, ("sans-serif", 20))
            .margin(12)
            .x_label_area_size(40)
            .y_label_area_size(60)
            .build_cartesian_2d(left..right, 0.0..top)?;
        chart.configure_mesh().x_desc(&self.across).y_desc(&self.up).light_line_style(TRANSPARENT).draw()?;
        for (number, (name, points)) in self.lines.iter().enumerate() {
            let style = COLOURS[number % COLOURS.len()].stroke_width(2);
            chart.draw_series(LineSeries::new(points.iter().copied(), style).point_size(3))?;
            let y = SPACING * (number as i32 + 2);
            names.draw(&PathElement::new([(4, y), (24, y)], style))?;
            names.draw(&Text::new(name.clone(), (32, y - 6), ("sans-serif", 12)))?;
        }
        area.present()?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chart_shows_its_words_and_is_the_same_each_time() {
        let mut chart = Chart { title: "Right values".into(), across: "month".into(), ..Chart::default() };
        chart.point("told once", 0.0, 1.0);
        chart.point("told once", 1.0, 0.9);
        chart.point("by hand & foot", 0.0, 0.5);
        let drawn = |chart: &Chart| {
            let mut text = String::new();
            chart.draw_into(&mut text).expect("drawn");
            text
        };
        let text = drawn(&chart);
        for word in ["<svg", "Right values", "month", "told once", "by hand &amp; foot"] {
            assert!(text.contains(word), "{word} in {text}");
        }
        assert_eq!(text, drawn(&chart));
        assert!(drawn(&Chart::default()).contains("<svg"), "also of nothing");
    }
}
