//! What a child writes, and where all of it goes.

use std::fs::File;
use std::io::Write as _;

use crate::process::lines::Lines;
use crate::process::stderr_tail::StderrTail;
use crate::process::{Capture, Invocation, ProcessEvent, Sink};

/// What the child writes, on its way to the sink, the capture, the tail and the log.
pub(super) struct Output {
    pub(super) whole: Vec<u8>,
    keep_whole: bool,
    out_lines: Lines,
    err_lines: Lines,
    pub(super) tail: StderrTail,
    log: Option<File>,
    pub(super) log_error: Option<String>,
}

impl Output {
    pub(super) fn new(invocation: &Invocation, log: Option<File>) -> Self {
        Self {
            whole: Vec::new(),
            keep_whole: invocation.stdout == Capture::Whole,
            out_lines: Lines::default(),
            err_lines: Lines::default(),
            tail: StderrTail::default(),
            log,
            log_error: None,
        }
    }

    pub(super) fn stdout(&mut self, bytes: &mut Vec<u8>, sink: Sink<'_>) {
        self.log(bytes);
        if self.keep_whole {
            self.whole.append(bytes);
        } else {
            self.out_lines
                .push(bytes, |line| sink(ProcessEvent::Stdout(line)));
        }
        bytes.clear();
    }

    pub(super) fn stderr(&mut self, bytes: &mut Vec<u8>, sink: Sink<'_>) {
        self.log(bytes);
        self.tail.push(bytes);
        self.err_lines
            .push(bytes, |line| sink(ProcessEvent::Stderr(line)));
        bytes.clear();
    }

    pub(super) fn end(&mut self, sink: Sink<'_>) {
        self.out_lines.end(|line| sink(ProcessEvent::Stdout(line)));
        self.err_lines.end(|line| sink(ProcessEvent::Stderr(line)));
    }

    fn log(&mut self, bytes: &[u8]) {
        if let Some(log) = &mut self.log
            && let Err(error) = log.write_all(bytes)
        {
            self.log = None;
            self.log_error = Some(error.to_string());
        }
    }
}
