import java.sql.*;
public class WL_h2 extends Workload {
    public static void main(final String[] a) throws Exception {
        final String url = "jdbc:h2:mem:bank;DB_CLOSE_DELAY=-1;LOCK_TIMEOUT=10000;ANALYZE_AUTO=0";
        try (Connection c = DriverManager.getConnection(url); Statement s = c.createStatement()) {
         s.execute("create table acc(id int primary key, branch int, name varchar, bal decimal(20,2))"); s.execute("create index ab on acc(branch)");
         s.execute("create table hist(id bigint auto_increment primary key, acc int, amt decimal(20,2), note varchar)"); s.execute("create index ha on hist(acc)");
         PreparedStatement p = c.prepareStatement("insert into acc values(?,?,?,?)");
         for (int i = 0; i < 50000; i++) { p.setInt(1, i); p.setInt(2, i % 100); p.setString(3, "Customer " + i); p.setInt(4, 1000); p.execute(); } }
        run("h2", a, 2, true, new Work() {
         final ThreadLocal<Connection> tc = new ThreadLocal<Connection>(); 
         public void once(int t, long i) throws Exception {
          Connection c = tc.get(); if (c == null) { c = DriverManager.getConnection(url); c.setAutoCommit(false); tc.set(c); }
          long s = seed((i + 1) * 7919L + t * 104729L); int x = (int) Math.floorMod(s, 25000L) * 2 + (t & 1), y = (int) Math.floorMod(s >> 9, 25000L) * 2 + (t & 1);
          try (PreparedStatement u = c.prepareStatement("update acc set bal = bal + ? where id = ?"); PreparedStatement q = c.prepareStatement("select name, bal from acc where id = ?"); PreparedStatement h = c.prepareStatement("insert into hist(acc, amt, note) values(?,?,?)")) {
           q.setInt(1, x); try (ResultSet r = q.executeQuery()) { r.next(); sink = r.getString(1); }
           u.setInt(1, -5); u.setInt(2, x); u.executeUpdate(); u.setInt(1, 5); u.setInt(2, y); u.executeUpdate();
           h.setInt(1, x); h.setInt(2, 5); h.setString(3, "transfer to " + y); h.executeUpdate(); }
          if (i % 20 == 0) try (PreparedStatement q = c.prepareStatement("select a.name, count(*), sum(h.amt) from acc a left join hist h on h.acc = a.id where a.branch = ? group by a.name order by 3 desc nulls last, 1 limit 10")) { q.setInt(1, (int) (i % 100)); try (ResultSet r = q.executeQuery()) { while (r.next()) sink = r.getString(1); } }
          if (i % 500 == 499 && t == 0) try (PreparedStatement q = c.prepareStatement("delete from hist where id < (select max(id) - 20000 from hist)")) { q.executeUpdate(); }
          c.commit(); } });
    }
}
