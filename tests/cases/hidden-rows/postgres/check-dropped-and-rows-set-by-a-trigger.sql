-- verdict: fails right-first

-- before
CREATE TABLE stock (id int, amount int CHECK (amount < 100), note text); CREATE TABLE asked (id int, amount int); CREATE FUNCTION ask() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN UPDATE stock SET amount = NEW.amount WHERE note = 'thirteen char'; RETURN NEW; END $$; CREATE TRIGGER ask AFTER INSERT ON asked FOR EACH ROW EXECUTE FUNCTION ask();

-- rows
INSERT INTO stock VALUES (1, 70, 'thirteen char'), (2, 9, '');

-- left
ALTER TABLE stock DROP CONSTRAINT stock_amount_check;

-- right
INSERT INTO asked VALUES (1, 500);
