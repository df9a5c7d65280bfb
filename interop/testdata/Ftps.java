import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/**
 * A session over TLS by JSSE: a listing, a download and uploads.
 *
 * <p>Arguments: close|drain explicit|implicit 1.2|1.3 P|C host port dir listing fetched small large.
 * "close" ends an upload as commons-net does, "drain" reads to the end before it closes. A data
 * connection tells JSSE the port of the control connection for its own: then JSSE finds the session
 * in its cache, where users of commons-net put it by reflection.
 */
public final class Ftps {
  private static final int TIMEOUT = 30_000; // ms

  private final String host;
  private final int port;
  private final String protocol;
  private final boolean clear;
  private final boolean drain;
  private final SSLSocketFactory factory;
  private Socket control;
  private BufferedReader in;
  private boolean failed;

  private Ftps(String host, int port, String version, boolean clear, boolean drain)
      throws Exception {
    this.host = host;
    this.port = port;
    this.protocol = "TLSv" + version;
    this.clear = clear;
    this.drain = drain;
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, new TrustManager[] {new Anybody()}, new SecureRandom());
    this.factory = context.getSocketFactory();
  }

  public static void main(String[] a) throws Exception {
    Ftps ftp = new Ftps(a[4], Integer.parseInt(a[5]), a[2], a[3].equals("C"), a[0].equals("drain"));
    ftp.connect(a[1].equals("implicit"));
    String dir = a[6];
    Path small = Path.of(a[9]);
    Path large = Path.of(a[10]);
    ftp.step(() -> ftp.retrieve("NLST " + dir, Path.of(a[7])));
    ftp.step(() -> ftp.retrieve("RETR " + dir + "/there.bin", Path.of(a[8])));
    for (int i = 1; i <= 20; i++) {
      String name = String.format("%s/small-%02d.bin", dir, i);
      ftp.step(() -> ftp.store(name, small));
    }
    ftp.step(() -> ftp.store(dir + "/large.bin", large));
    ftp.send("QUIT");
    ftp.reply();
    ftp.control.close();
    System.exit(ftp.failed ? 1 : 0);
  }

  private void connect(boolean implicit) throws IOException {
    control = new Socket(host, port);
    control.setSoTimeout(TIMEOUT);
    if (implicit) {
      control = secure(control);
    }
    listen();
    expect(reply(), '2');
    if (!implicit) {
      expect(command("AUTH TLS"), '2');
      control = secure(control);
      listen();
    }
    expect(command("USER anonymous"), '3');
    expect(command("PASS ftp@example.com"), '2');
    expect(command("PBSZ 0"), '2');
    expect(command("PROT " + (clear ? "C" : "P")), '2');
    expect(command("TYPE I"), '2');
  }

  private void listen() throws IOException {
    in = new BufferedReader(new InputStreamReader(control.getInputStream(), StandardCharsets.UTF_8));
  }

  private SSLSocket secure(Socket plain) throws IOException {
    SSLSocket s = (SSLSocket) factory.createSocket(plain, host, port, true);
    s.setEnabledProtocols(new String[] {protocol});
    s.startHandshake();
    return s;
  }

  /** Opens the data connection of a transfer command. */
  private Socket open(String command) throws IOException {
    String[] parts = expect(command("EPSV"), '2').split("\\|");
    Socket data = new Labelled(host, Integer.parseInt(parts[3]));
    data.setSoTimeout(TIMEOUT);
    try {
      expect(command(command), '1');
      return clear ? data : secure(data);
    } catch (IOException e) {
      data.close();
      throw e;
    }
  }

  private void retrieve(String command, Path to) throws IOException {
    Socket data = open(command);
    try (data;
        InputStream from = data.getInputStream()) {
      Files.copy(from, to);
    }
    expect(reply(), '2');
  }

  private void store(String name, Path from) throws IOException {
    Socket data = open("STOR " + name);
    try (data;
        OutputStream to = data.getOutputStream()) {
      Files.copy(from, to);
      to.flush();
      if (drain) {
        data.shutdownOutput();
        data.getInputStream().transferTo(OutputStream.nullOutputStream());
      }
    }
    expect(reply(), '2');
  }

  /** One transfer; where its data connection fails, the reply is still to be read. */
  private void step(Step step) throws IOException {
    try {
      step.run();
    } catch (Refused e) {
      failed = true;
    } catch (IOException e) {
      failed = true;
      System.out.println("failed: " + e);
      reply();
    }
  }

  private String command(String text) throws IOException {
    send(text);
    return reply();
  }

  private void send(String text) throws IOException {
    System.out.println("> " + text);
    control.getOutputStream().write((text + "\r\n").getBytes(StandardCharsets.UTF_8));
    control.getOutputStream().flush();
  }

  private String reply() throws IOException {
    String line = in.readLine();
    while (line != null && line.length() > 3 && line.charAt(3) == '-') {
      line = in.readLine();
    }
    System.out.println("< " + line);
    if (line == null) {
      throw new IOException("the control connection has ended");
    }
    return line;
  }

  private static String expect(String reply, char first) throws Refused {
    if (reply.charAt(0) != first) {
      throw new Refused(reply);
    }
    return reply;
  }

  /** A socket that gives the port of the control connection for its own. */
  private final class Labelled extends Socket {
    Labelled(String host, int port) throws IOException {
      super(host, port);
    }

    @Override
    public int getPort() {
      return port;
    }
  }

  private interface Step {
    void run() throws IOException;
  }

  /** A reply that says no. */
  private static final class Refused extends IOException {
    Refused(String reply) {
      super(reply);
    }
  }

  /** Trusts any certificate: the test made it a moment ago. */
  private static final class Anybody implements X509TrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
