//! Files for people and programs. In: rows and points. Out: CSV, Parquet, tables of documents, drawings as SVG.

pub mod frame;
pub mod plot;
pub mod writer;
