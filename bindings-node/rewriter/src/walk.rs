//! The walk over a program that puts a check before each statement.
//!
//! Knows which scopes a construct opens and when its names come into being. Invariant: functions
//! that are declared in a block are read before its statements, because they can be called before
//! them.

use crate::Why;
use crate::name::{of_key, of_target, takes_a_name};
use crate::scopes::{Kind, Scopes};
use crate::sheet::{Frame, Joint, Sheet};
use crate::statements::{
    bound, calls_super, declared, definition, is_eligible, is_hoisted, lexical, parameters,
};
use crate::uses::{Facts, TOP, operands};
use oxc_ast::ast::*;
use oxc_ast_visit::{VisitJs, walk_js};
use oxc_span::{GetSpan, Span};
use oxc_syntax::scope::ScopeFlags;
use std::collections::HashSet;

pub(crate) struct Walk<'a, 't> {
    facts: Facts<'a>,
    pub(crate) sheet: Sheet<'t>,
    scopes: Scopes<'a>,
    frames: Vec<Frame<'a>>,
    /// How many bodies of `with` are around.
    withs: usize,
    /// The name that the function or class to be met next takes.
    name: Option<String>,
    /// The names of the classes around.
    classes: Vec<String>,
    /// Where functions start that are only there to hold a module: what they declare is passed to
    /// no function inside, as is what a module declares.
    wrappers: HashSet<u32>,
    /// The function to be met next is the constructor of a class that extends another.
    is_derived: bool,
}

impl<'a, 't> Walk<'a, 't> {
    pub(crate) fn new(facts: Facts<'a>, sheet: Sheet<'t>) -> Self {
        Self {
            facts,
            sheet,
            scopes: Scopes::default(),
            frames: Vec::new(),
            withs: 0,
            name: None,
            classes: Vec::new(),
            wrappers: HashSet::new(),
            is_derived: false,
        }
    }

    /// Reads the whole program.
    pub(crate) fn program(&mut self, program: &Program<'a>, silent: Option<Why>) {
        let name = Some("<module>".to_owned());
        self.enter(TOP, program.span.start, name, silent);
        self.own_names(TOP, &program.body, &[]);
        self.list(&program.body);
        self.leave(0);
    }

    fn enter(&mut self, key: u32, start: u32, name: Option<String>, silent: Option<Why>) {
        let silent = silent.or((self.withs > 0).then_some(Why::InsideWith));
        let outer = self.scopes.outer(self.facts.names(key));
        let has_this = self.facts.of_function(key).is_some_and(|fact| fact.has_this);
        let this = if has_this { self.scopes.outer(&["this"]) } else { Vec::new() };
        self.frames.push(Frame {
            name: name.unwrap_or_default(),
            first_line: self.sheet.tokens.line(start),
            own: self.scopes.depth(),
            outer: this.into_iter().chain(outer).collect(),
            silent,
            is_top: key == TOP || self.wrappers.contains(&start),
            is_fresh: true,
            index: None,
        });
    }

    fn is_top(&self) -> bool {
        self.frames.last().is_none_or(|frame| frame.is_top)
    }

    fn leave(&mut self, depth: usize) {
        self.frames.pop();
        self.scopes.leave(depth);
    }

    /// Enters what a function declares, once its parameters are bound.
    fn own_names(&mut self, key: u32, body: &[Statement<'a>], parameters: &[&'a str]) {
        let is_top = self.is_top();
        self.hide_declared(body);
        let fact = self.facts.of_function(key);
        for name in fact.iter().flat_map(|fact| &fact.vars) {
            self.scopes.add(name, Kind::Variable, is_top);
        }
        for name in parameters {
            self.scopes.add(name, Kind::Parameter, is_top);
        }
    }

    /// Enters the `this` of a function, which its parameters see already; that of a constructor
    /// that has yet to call `super` cannot be read.
    fn own_this(&mut self, key: u32, is_derived: bool) {
        if is_derived {
            self.scopes.hide("this");
        } else if self.facts.of_function(key).is_some_and(|fact| fact.has_this) {
            self.scopes.add("this", Kind::This, false);
        }
    }

    fn hide_declared(&mut self, body: &[Statement<'a>]) {
        for statement in body {
            for name in lexical(statement).map(declared).unwrap_or_default() {
                self.scopes.hide(name);
            }
            if let Some(name) = definition(statement) {
                self.scopes.hide(name);
            }
        }
    }

    /// A block with what it declares.
    fn block(&mut self, body: &[Statement<'a>]) {
        let depth = self.scopes.depth();
        self.hide_declared(body);
        self.list(body);
        self.scopes.leave(depth);
    }

    fn list(&mut self, body: &[Statement<'a>]) {
        for statement in body.iter().filter(|statement| is_hoisted(statement)) {
            self.visit_statement(statement);
        }
        self.steps(body);
    }

    /// The statements of a list in their order, without functions.
    fn steps(&mut self, body: &[Statement<'a>]) {
        for statement in body.iter().filter(|statement| !is_hoisted(statement)) {
            if is_eligible(statement) {
                self.check(statement.span(), Joint::Listed);
            }
            self.visit_statement(statement);
            let is_top = self.is_top();
            for name in lexical(statement).map(declared).unwrap_or_default() {
                self.scopes.add(name, Kind::Variable, is_top);
            }
            if calls_super(statement) {
                self.scopes.add("this", Kind::This, false);
            }
        }
    }

    fn check(&mut self, span: Span, joint: Joint) {
        let Some(frame) = self.frames.last_mut() else { return };
        self.sheet.check((span.start, span.end), joint, frame, &self.scopes);
    }

    /// The one statement of a branch or loop.
    fn branch(&mut self, statement: &Statement<'a>) {
        if is_eligible(statement) && !is_hoisted(statement) {
            self.check(statement.span(), Joint::Braced);
        }
        self.visit_statement(statement);
    }

    /// A loop whose head declares something: it is initialised in the body, and not in the head.
    fn loop_with(
        &mut self,
        variables: Option<&VariableDeclaration<'a>>,
        head: impl FnOnce(&mut Self),
        body: impl FnOnce(&mut Self),
    ) {
        let depth = self.scopes.depth();
        let variables = variables.filter(|variables| !variables.kind.is_var());
        let names = variables.map(declared).unwrap_or_default();
        names.iter().for_each(|name| self.scopes.hide(name));
        head(self);
        let is_top = self.is_top();
        names.iter().for_each(|name| self.scopes.add(name, Kind::Variable, is_top));
        body(self);
        self.scopes.leave(depth);
    }

    /// An expression that is the body of an arrow function.
    fn answer(&mut self, body: &Expression<'a>) {
        let mut inner = body;
        let mut joint = Joint::Enclosed;
        while let (None, Expression::ParenthesizedExpression(outer)) =
            (self.sheet.tokens.before(inner.span().start), inner)
        {
            inner = &outer.expression;
            joint = Joint::Led;
        }
        self.check(inner.span(), joint);
        self.visit_expression(body);
    }

    fn named(&mut self, name: Option<String>, value: &Expression<'a>) {
        if takes_a_name(value) {
            self.name = name;
        }
        self.visit_expression(value);
        self.name = None;
    }

    /// The value of a field, whose `this` is the new object.
    fn field(&mut self, key: &PropertyKey<'a>, is_computed: bool, value: Option<&Expression<'a>>) {
        if is_computed {
            self.visit_property_key(key);
        }
        let Some(value) = value else { return };
        let depth = self.scopes.depth();
        self.scopes.add("this", Kind::This, false);
        self.named(of_key(self.classes.last().map(String::as_str), key), value);
        self.scopes.leave(depth);
    }
}

impl<'a> VisitJs<'a> for Walk<'a, '_> {
    fn visit_function(&mut self, it: &Function<'a>, _: ScopeFlags) {
        let is_derived = std::mem::take(&mut self.is_derived);
        let taken = self.name.take();
        let depth = self.scopes.depth();
        let name = it.id.as_ref().map(|id| id.name.as_str());
        if let (Some(name), false) = (name, it.is_declaration()) {
            self.scopes.hide(name);
        }
        self.own_this(it.span.start, is_derived);
        let bound = parameters(&it.params);
        bound.iter().for_each(|name| self.scopes.hide(name));
        self.visit_formal_parameters(&it.params);
        let name = name.map(str::to_owned).or(taken);
        self.enter(it.span.start, it.span.start, name, None);
        if let Some(body) = &it.body {
            self.own_names(it.span.start, &body.statements, &bound);
            self.list(&body.statements);
        }
        self.leave(depth);
    }

    fn visit_arrow_function_expression(&mut self, it: &ArrowFunctionExpression<'a>) {
        let name = self.name.take();
        let depth = self.scopes.depth();
        let bound = parameters(&it.params);
        bound.iter().for_each(|name| self.scopes.hide(name));
        self.visit_formal_parameters(&it.params);
        self.enter(it.span.start, it.span.start, name, None);
        match &it.body {
            ArrowFunctionBody::FunctionBody(body) => {
                self.own_names(it.span.start, &body.statements, &bound);
                self.list(&body.statements);
            }
            body => {
                self.own_names(it.span.start, &[], &bound);
                self.answer(body.to_expression());
            }
        }
        self.leave(depth);
    }

    fn visit_static_block(&mut self, it: &StaticBlock<'a>) {
        let depth = self.scopes.depth();
        self.own_this(it.span.start, false);
        self.enter(it.span.start, it.span.start, Some("<static_initializer>".to_owned()), None);
        self.own_names(it.span.start, &it.body, &[]);
        self.list(&it.body);
        self.leave(depth);
    }

    fn visit_class(&mut self, it: &Class<'a>) {
        let taken = self.name.take().unwrap_or_default();
        let depth = self.scopes.depth();
        // Until all of the class is read, its name is not initialised.
        it.id.iter().for_each(|id| self.scopes.hide(id.name.as_str()));
        self.classes.push(it.id.as_ref().map_or(taken, |id| id.name.to_string()));
        let is_derived = it.heritage.is_some();
        if let Some(heritage) = &it.heritage {
            self.visit_class_heritage(heritage);
        }
        for element in &it.body.body {
            let is_constructor = matches!(element, ClassElement::MethodDefinition(method)
                if method.kind == MethodDefinitionKind::Constructor);
            self.is_derived = is_derived && is_constructor;
            self.visit_class_element(element);
        }
        self.classes.pop();
        self.scopes.leave(depth);
    }

    fn visit_method_definition(&mut self, it: &MethodDefinition<'a>) {
        if it.computed {
            self.visit_property_key(&it.key);
        }
        self.name = of_key(self.classes.last().map(String::as_str), &it.key);
        self.visit_function(&it.value, ScopeFlags::Function);
    }

    fn visit_property_definition(&mut self, it: &PropertyDefinition<'a>) {
        self.field(&it.key, it.computed, it.value.as_ref());
    }

    fn visit_accessor_property(&mut self, it: &AccessorProperty<'a>) {
        self.field(&it.key, it.computed, it.value.as_ref());
    }

    fn visit_call_expression(&mut self, it: &CallExpression<'a>) {
        if let (true, Some(start)) = (self.is_top(), called(&it.callee)) {
            // Bundlers give the module as an argument to a function that is called at once.
            let given = it.arguments.iter().filter_map(Argument::as_expression);
            self.wrappers.extend(given.filter_map(function));
            self.wrappers.insert(start);
        }
        walk_js::walk_call_expression(self, it);
    }

    fn visit_object_property(&mut self, it: &ObjectProperty<'a>) {
        self.visit_property_key(&it.key);
        self.named(of_key(None, &it.key), &it.value);
    }

    fn visit_variable_declarator(&mut self, it: &VariableDeclarator<'a>) {
        self.visit_binding_pattern(&it.id);
        if let Some(value) = &it.init {
            self.named(it.id.get_identifier_name().map(|name| name.to_string()), value);
        }
    }

    fn visit_assignment_expression(&mut self, it: &AssignmentExpression<'a>) {
        self.visit_assignment_target(&it.left);
        let name = if takes_a_name(&it.right) { of_target(&it.left) } else { None };
        self.named(name, &it.right);
    }

    fn visit_export_default_declaration(&mut self, it: &ExportDefaultDeclaration<'a>) {
        let name = Some("default".to_owned());
        match it.declaration.as_expression() {
            Some(value) => self.named(name, value),
            None => {
                self.name = name;
                self.visit_export_default_declaration_kind(&it.declaration);
            }
        }
    }

    fn visit_block_statement(&mut self, it: &BlockStatement<'a>) {
        self.block(&it.body);
    }

    fn visit_if_statement(&mut self, it: &IfStatement<'a>) {
        self.visit_expression(&it.test);
        self.branch(&it.consequent);
        it.alternate.iter().for_each(|alternate| self.branch(alternate));
    }

    fn visit_while_statement(&mut self, it: &WhileStatement<'a>) {
        self.visit_expression(&it.test);
        self.branch(&it.body);
    }

    fn visit_do_while_statement(&mut self, it: &DoWhileStatement<'a>) {
        self.branch(&it.body);
        self.visit_expression(&it.test);
    }

    fn visit_for_statement(&mut self, it: &ForStatement<'a>) {
        let variables = match &it.init {
            Some(ForStatementInit::VariableDeclaration(variables)) => Some(&**variables),
            _ => None,
        };
        let head = |walk: &mut Self| {
            it.init.iter().for_each(|init| walk.visit_for_statement_init(init));
        };
        self.loop_with(variables, head, |walk| {
            it.test.iter().chain(&it.update).for_each(|part| walk.visit_expression(part));
            walk.branch(&it.body);
        });
    }

    fn visit_for_in_statement(&mut self, it: &ForInStatement<'a>) {
        let head = |walk: &mut Self| {
            walk.visit_for_statement_left(&it.left);
            walk.visit_expression(&it.right);
        };
        self.loop_with(of_left(&it.left), head, |walk| walk.branch(&it.body));
    }

    fn visit_for_of_statement(&mut self, it: &ForOfStatement<'a>) {
        let head = |walk: &mut Self| {
            walk.visit_for_statement_left(&it.left);
            walk.visit_expression(&it.right);
        };
        self.loop_with(of_left(&it.left), head, |walk| walk.branch(&it.body));
    }

    fn visit_switch_statement(&mut self, it: &SwitchStatement<'a>) {
        self.visit_expression(&it.discriminant);
        let depth = self.scopes.depth();
        it.cases.iter().for_each(|case| self.hide_declared(&case.consequent));
        let hoisted = it.cases.iter().flat_map(|case| &case.consequent);
        hoisted.filter(|one| is_hoisted(one)).for_each(|one| self.visit_statement(one));
        let inside = self.scopes.depth();
        for case in &it.cases {
            // A jump to this case leaves out what those before it declare.
            self.scopes.leave(inside);
            case.test.iter().for_each(|test| self.visit_expression(test));
            self.steps(&case.consequent);
        }
        self.scopes.leave(depth);
    }

    fn visit_catch_clause(&mut self, it: &CatchClause<'a>) {
        let depth = self.scopes.depth();
        if let Some(parameter) = &it.param {
            let names = bound(&parameter.pattern);
            names.iter().for_each(|name| self.scopes.hide(name));
            self.visit_binding_pattern(&parameter.pattern);
            let is_top = self.is_top();
            names.iter().for_each(|name| self.scopes.add(name, Kind::Variable, is_top));
        }
        self.block(&it.body.body);
        self.scopes.leave(depth);
    }

    fn visit_with_statement(&mut self, it: &WithStatement<'a>) {
        self.visit_expression(&it.object);
        let why = Some(Why::InsideWith);
        let before =
            self.frames.last_mut().and_then(|frame| std::mem::replace(&mut frame.silent, why));
        self.withs += 1;
        self.branch(&it.body);
        self.withs -= 1;
        if let Some(frame) = self.frames.last_mut() {
            frame.silent = before;
        }
    }

    fn visit_binary_expression(&mut self, it: &BinaryExpression<'a>) {
        operands(&it.left, &it.right, |operand| self.visit_expression(operand));
    }

    fn visit_logical_expression(&mut self, it: &LogicalExpression<'a>) {
        operands(&it.left, &it.right, |operand| self.visit_expression(operand));
    }
}

/// Where the function starts that this callee is, or whose `call` or `apply` it is.
fn called(callee: &Expression<'_>) -> Option<u32> {
    match callee.without_parentheses() {
        Expression::StaticMemberExpression(member)
            if matches!(member.property.name.as_str(), "call" | "apply") =>
        {
            function(&member.object)
        }
        callee => function(callee),
    }
}

fn function(expression: &Expression<'_>) -> Option<u32> {
    match expression.without_parentheses() {
        Expression::FunctionExpression(function) => Some(function.span.start),
        Expression::ArrowFunctionExpression(function) => Some(function.span.start),
        _ => None,
    }
}

fn of_left<'b, 'a>(left: &'b ForStatementLeft<'a>) -> Option<&'b VariableDeclaration<'a>> {
    match left {
        ForStatementLeft::VariableDeclaration(variables) => Some(variables),
        _ => None,
    }
}
