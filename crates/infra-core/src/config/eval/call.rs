//! Function calls.

use hcl::edit::Span;
use hcl::edit::expr::{Expression, FuncCall};

use super::error::EvalProblem;
use super::functions::{self, Args};
use super::machine::{Locals, Machine, Outcome};
use super::value::Val;
use crate::config::uses::called;
use crate::json::Value;

impl<'e> Machine<'e> {
    pub(super) fn call(
        &self,
        call: &'e FuncCall,
        expr: &'e Expression,
        locals: Option<&Locals<'_, 'e>>,
    ) -> Outcome<Val<'e>> {
        let name = call.name.name.value().as_str();
        if call.name.namespace.is_empty() {
            match name {
                "try" => return self.try_each(call, expr, locals),
                "can" => return self.can(call, expr, locals),
                _ => {}
            }
            if let Some(function) = functions::find(name) {
                return self.apply(function, call, expr, locals);
            }
        }
        let span = call.name.name.span().unwrap_or(0..0);
        let mut error = self.fail_at(
            span,
            EvalProblem::UnknownFunction {
                name: called(&call.name),
            },
        );
        error.hints.extend(functions::unknown_hint(name));
        Err(error)
    }

    fn apply(
        &self,
        function: &functions::Function,
        call: &'e FuncCall,
        expr: &'e Expression,
        locals: Option<&Locals<'_, 'e>>,
    ) -> Outcome<Val<'e>> {
        let mut values = Vec::with_capacity(call.args.len());
        for argument in &call.args {
            values.push(self.eval(argument, locals)?);
        }
        if call.args.expand_final() {
            self.expand(&mut values, call)?;
        }
        let failed = |failure: functions::Failure| {
            let argument = failure
                .argument
                .and_then(|position| call.args.get(position))
                .unwrap_or(expr);
            let problem = EvalProblem::Function {
                function: function.name.to_owned(),
                reason: failure.reason,
            };
            let mut error = self.fail(argument, problem);
            error.hints.extend(failure.hint);
            error
        };
        function.check_count(values.len()).map_err(failed)?;
        let result = (function.run)(&Args::new(&values)).map_err(failed)?;
        self.charge(&result, expr)?;
        Ok(result.into())
    }

    /// `f(list...)`: the elements of the last argument as arguments.
    fn expand(&self, values: &mut Vec<Val<'e>>, call: &'e FuncCall) -> Outcome<()> {
        let (Some(last), Some(argument)) = (values.pop(), call.args.iter().last()) else {
            return Ok(());
        };
        match last.get() {
            Value::Array(_) => {
                values.extend(last.into_elements().unwrap_or_default());
                Ok(())
            }
            other => Err(self.mistyped(argument, "what `...` expands", "a list", other)),
        }
    }

    /// `try(a, b, …)`: the first that has no error.
    fn try_each(
        &self,
        call: &'e FuncCall,
        expr: &'e Expression,
        locals: Option<&Locals<'_, 'e>>,
    ) -> Outcome<Val<'e>> {
        let mut last = None;
        for argument in &call.args {
            match self.strictly(argument, locals) {
                Ok(value) => return Ok(value),
                Err(error) if matches!(error.problem, EvalProblem::TooLarge { .. }) => {
                    return Err(error);
                }
                Err(error) => last = Some(error),
            }
        }
        Err(last.unwrap_or_else(|| {
            let reason = "needs at least one argument".to_owned();
            self.fail(
                expr,
                EvalProblem::Function {
                    function: "try".to_owned(),
                    reason,
                },
            )
        }))
    }

    /// `can(a)`: whether `a` has no error.
    fn can(
        &self,
        call: &'e FuncCall,
        expr: &'e Expression,
        locals: Option<&Locals<'_, 'e>>,
    ) -> Outcome<Val<'e>> {
        let (Some(argument), 1) = (call.args.get(0), call.args.len()) else {
            let reason = "needs exactly one argument".to_owned();
            return Err(self.fail(
                expr,
                EvalProblem::Function {
                    function: "can".to_owned(),
                    reason,
                },
            ));
        };
        match self.strictly(argument, locals) {
            Ok(_) => Ok(Value::Bool(true).into()),
            Err(error) if matches!(error.problem, EvalProblem::TooLarge { .. }) => Err(error),
            Err(_) => Ok(Value::Bool(false).into()),
        }
    }

    fn strictly(&self, expr: &'e Expression, locals: Option<&Locals<'_, 'e>>) -> Outcome<Val<'e>> {
        let outer = self.strict.replace(true);
        let result = self.eval(expr, locals);
        self.strict.set(outer);
        result
    }
}
